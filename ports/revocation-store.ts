import type { CommitTransaction } from './registry-store.ts';

/**
 * What a compromised key left in the log, and the registry's rows from which it is said again.
 *
 * Consistency: read your writes. Who retries: the caller; a write is idempotent by its operation
 * and step. Rejects with `StoreError`.
 */
export interface RevocationStore {
  /** Facts that a key signed at or above an index, in the order of the log; at most `limit`. */
  signedBy(keyId: string, from: number, limit: number): Promise<readonly KeyedFact[]>;
  /** One transaction that holds the tenant's head lock, in which commits wait. */
  transact<T>(tenant: string, work: (held: RestatingTransaction) => Promise<T>): Promise<T>;
}

export interface KeyedFact {
  readonly index: number;
  readonly payload: Uint8Array;
}

export type RestatingTransaction = Pick<
  CommitTransaction,
  'findCommit' | 'view' | 'head' | 'appendFacts' | 'appendAudit' | 'saveCommit'
>;
