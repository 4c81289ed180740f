/** Lines of one shard in the order of their positions: `<position> <index> <envelope>` each. */
export interface FactBatch {
  readonly shard: number;
  /** Shard positions of the first and the last line. */
  readonly first: number;
  readonly last: number;
  readonly lines: readonly string[];
}

/**
 * Live fan-out of signed facts (DESIGN 4.5). A cache: it may lose what it acknowledged, so readers
 * count our positions and never the stream's. Published again after any doubt; duplicates are fine.
 */
export interface FactStream {
  /** True when the stream acknowledged. Rejects or false: the sweep publishes again. */
  publish(batches: readonly FactBatch[]): Promise<boolean>;
  /** Highest shard position that the stream holds in its last message; 0 when none. */
  lastPosition(shard: number): Promise<number>;
  close(): Promise<void>;
}
