/** Wall-clock time and new ids; seeded in tests (STYLE 2). */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
}

export interface Ids {
  /** A new random UUID, lower case. */
  uuid(): string;
}
