/**
 * What `tenure recover` reads and writes of the registry's database while it holds the leader's
 * lock (DESIGN 3, "Restored backup").
 *
 * Durability: one transaction, whole or not at all. Who retries: the operator; again is harmless.
 * Rejects with `StoreError`, and with `LostLeadershipError` when the lock was lost meanwhile.
 */
import type { Change } from '../domain/decision.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { SignedFact, SignedHeads } from './fact-log.ts';
import type { NewKeySet } from './log-store.ts';
import type { Operation, UnsignedFact } from './registry-store.ts';

export interface Recovered {
  /** Of the next fact, as the database had it: it is another one when somebody came in between. */
  readonly base: number;
  /** Behind `base`, in the order of the log. */
  readonly facts: readonly SignedFact[];
  /** That the database lacks, in their order; signed and verified. */
  readonly keySets: readonly NewKeySet[];
  /** The newest of the last key set, in which facts are made from now on. */
  readonly epoch: number;
  /**
   * Called when no commit can come in between any more: the facts that are not signed yet, in their
   * order, and how the chains end behind `facts`. Returns them as they stand from now on.
   */
  readonly rewrite: (
    waiting: readonly UnsignedFact[],
    heads: SignedHeads,
  ) => readonly UnsignedFact[];
  /** What the facts of a tenant make of its rows; `undefined`: there is no such row. */
  readonly restore: (id: string, tenant: Tenant | undefined) => readonly Change[];
}

export interface RecoveryStore {
  /** Last signed `seq` and leaf hash of each of these tenants that has some. */
  signedHeads(tenants: readonly string[]): Promise<SignedHeads>;
  recover(fence: number, recovered: Recovered): Promise<void>;
  /** That have not ended, oldest first. */
  openOperations(): Promise<readonly Operation[]>;
}

/** Where signed facts and key sets may be that the database lost: a copy, as far as it goes. */
export interface FactSource {
  /** For messages. */
  readonly name: string;
  /**
   * Lines as `GET /v1/facts` gives them, at least those above these positions of the 256 shards.
   * Nothing of them is verified. Rejects when the source cannot be read.
   */
  read(positions: readonly number[]): AsyncIterable<readonly string[]>;
  /** Note of a key set; undefined: there is none of that version. */
  keySet(version: number): Promise<string | undefined>;
}
