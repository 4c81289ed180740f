/** Lines of one shard in the order of their positions: `<position> <index> <envelope>` each. */
export interface FactBatch {
  readonly shard: number;
  /** Newest of the log: in another one the same indexes have other facts. */
  readonly epoch: number;
  /** Log indexes of the first and the last line: with log and epoch, the message's id. */
  readonly first: number;
  readonly last: number;
  readonly lines: readonly string[];
}

/** Lines of one message; who may publish can write any. */
export interface ShardLines {
  readonly shard: number;
  readonly lines: readonly string[];
}

/**
 * Live fan-out of signed facts (DESIGN 4.5). A cache: it may lose what it acknowledged, so readers
 * count our positions and never the stream's. Published again after any doubt; duplicates are fine.
 */
export interface FactStream {
  /** False when the stream did not acknowledge all; never rejects. The caller reconciles. */
  publish(batches: readonly FactBatch[]): Promise<boolean>;
  /** Sends a heartbeat to whoever listens now; the next one is two seconds away. Never rejects. */
  announce(note: string): void;
  /** Highest shard position in the stream's last message of that shard; 0 when none. Rejects
   * while the stream cannot be asked, or is missing. */
  lastPosition(shard: number): Promise<number>;
  /** The stream's last message of that shard, line by line; empty when none. Rejects likewise. */
  lastLines(shard: number): Promise<readonly string[]>;
  /** What the stream got since then, by its own clock, message by message. Rejects likewise. */
  linesSince(ms: number): AsyncIterable<ShardLines>;
  close(): Promise<void>;
}

export interface StreamReading {
  /** All lines that the stream holds just now, message by message. Rejects as `lastLines` does. */
  readAll(): AsyncIterable<readonly string[]>;
}
