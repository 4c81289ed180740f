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

/**
 * What a process counts. Names and labels are words of ours: no tenant, nothing personal, nothing
 * that grows with the customers. Counting never fails and never waits; a restart begins at zero.
 */
export interface Metrics {
  recordPortCall(call: PortCall): void;
  readonly contentType: string;
  /** All that was counted so far, in `contentType`. */
  format(): Promise<string>;
}
