/** Lines of one shard in the order of their positions: `<position> <index> <envelope>` each. */
export interface FactBatch {
  readonly shard: number;
  /** Log indexes of the first and the last line: with log and epoch, the message's id. */
  readonly first: number;
  readonly last: number;
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
   * while the stream cannot be asked. */
  lastPosition(shard: number): Promise<number>;
  close(): Promise<void>;
}
