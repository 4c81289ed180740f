/** One call to an outside system, as it ended. */
export interface PortCall {
  /** As the port's errors name it. */
  readonly port: string;
  readonly method: string;
  /** `ok`, the code of the port's error, or `error` for a bug. */
  readonly outcome: string;
  /** Without the wait for its turn. */
  readonly ms: number;
}

/** One attempt of a saga's activity that failed; Temporal tries it again, or its saga parks. */
export interface FailedAttempt {
  /** What is tried: a step, its undo, a probe while it is parked, whether it is needed, the row. */
  readonly phase: 'step' | 'undo' | 'probe' | 'until' | 'row';
  readonly step: string;
  /** The code that becomes the saga's reason, or `internal`. */
  readonly code: string;
  /** Whether it is tried for more than five minutes by now. */
  readonly long: boolean;
}

/** Open sagas that stand alike. */
export interface SagaCount {
  readonly kind: string;
  readonly state: string;
  /** Code of why they wait; empty: no reason. */
  readonly reason: string;
  readonly count: number;
}

/**
 * What a process counts. Names and labels are words of ours: no tenant, nothing personal, nothing
 * that grows with the customers. Counting never fails and never waits; a restart begins at zero.
 */
export interface Metrics {
  recordPortCall(call: PortCall): void;
  recordFailedAttempt(failed: FailedAttempt): void;
  /** In the place of what was counted before. */
  recordSagas(open: readonly SagaCount[]): void;
  readonly contentType: string;
  /** All that was counted so far, in `contentType`. */
  format(): Promise<string>;
}
