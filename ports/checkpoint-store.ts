/**
 * The last signed checkpoint, kept outside the main database: a registry that was restored from an
 * older backup finds here that it had said more already, and does not sign a fork (DESIGN 3).
 *
 * Durability: a kept checkpoint survives the machine. Consistency: compare-and-swap. Who retries:
 * the caller. Rejects with the system's error when the store cannot be used; nothing is signed
 * then.
 */
export interface KeptCheckpoint {
  /** Grows by one with each checkpoint; 0 before the first. */
  readonly version: number;
  /** The signed note; undefined before the first. */
  readonly note: string | undefined;
}

export interface CheckpointStore {
  newest(): Promise<KeptCheckpoint>;
  /** False when another one came after `version`: nothing was kept then. */
  keep(version: number, note: string): Promise<boolean>;
}
