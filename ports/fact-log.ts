/**
 * Signed facts in Postgres: the sequencer writes them, `/v1/facts` reads them (DESIGN 4.4, 4.5).
 */

/** An outbox row with the place that the sequencing transaction gives it. */
export interface PlacedFact {
  readonly id: string;
  readonly tenant: string;
  readonly seq: number;
  readonly payload: Uint8Array;
  readonly leafHash: Uint8Array;
  /** Position in the whole log, from 0 without gaps. */
  readonly index: number;
  readonly shard: number;
  /** Position in the shard, from 1 without gaps. */
  readonly position: number;
}

export interface SignedFact extends PlacedFact {
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** Another one leads, or has led meanwhile; nothing was written. */
export class LostLeadershipError extends Error {
  override readonly name = 'LostLeadershipError';
}

/** By tenant: last `seq` and leaf hash that the log holds (absent: none yet). */
export type SignedHeads = ReadonlyMap<string, { readonly seq: number; readonly hash: Uint8Array }>;

/** What a batch is signed by: version of the key set, and what the log holds of each tenant. */
export interface LogPlace {
  readonly keySet: number;
  /** The newest of that key set. */
  readonly epoch: number;
  readonly heads: SignedHeads;
}

export type SignBatch = (
  facts: readonly PlacedFact[],
  place: LogPlace,
) => Promise<readonly SignedFact[]>;

export interface FactSequencing {
  /**
   * Places the oldest outbox rows ordered by (tenant, seq), has them signed, and moves them to the
   * log in one transaction, which holds only under this fence number, at the place and under the
   * key set that the facts were signed for. Empty when there was nothing.
   */
  sequence(fence: number, limit: number, sign: SignBatch): Promise<readonly SignedFact[]>;
}

export interface FactReading {
  /** In order of position, starting at `from` (1 or more). */
  readShard(shard: number, from: number, limit: number): Promise<readonly SignedFact[]>;
  /** Last position of each of the 256 shards; 0 when empty. */
  shardPositions(): Promise<readonly number[]>;
  /** Leaf hash of the fact at a place in a tenant's chain; undefined when it is not signed here. */
  leafOf(tenant: string, seq: number): Promise<Uint8Array | undefined>;
  /** Fact id -> log index, of those that are signed already. */
  indexesOf(factIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/** Which facts are meant: one, by its id or its place, or all of an operation or a tenant. */
export type FactQuestion =
  | { readonly fact: string }
  | { readonly tenant: string; readonly seq: number }
  | { readonly operation: string }
  | { readonly chainOf: string };

export interface FoundFacts {
  /** In the order of the log. */
  readonly facts: readonly SignedFact[];
  /** Of the operation, and not signed yet. */
  readonly pending: number;
}

export interface FactFinding {
  findFacts(question: FactQuestion): Promise<FoundFacts>;
}

export interface Leadership {
  /** Grows with every change of leader; none of an earlier life of the database counts in this. */
  readonly fence: number;
  /** Settles when the leadership is over, for whatever reason. */
  readonly lost: Promise<void>;
  resign(): Promise<void>;
}

export interface LeaderLock {
  /** Waits until this process leads. A silent holder is dropped by Postgres after 2 s. */
  acquire(signal: AbortSignal): Promise<Leadership>;
}

export interface OutboxBell {
  /** Calls back when facts were committed (a hint; poll each second anyway). */
  listen(onCommit: () => void): Promise<{ close(): Promise<void> }>;
}
