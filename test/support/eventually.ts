const DEFAULT_WITHIN_MS = 10_000;
const DEFAULT_EVERY_MS = 25;

export type EventuallyOptions = {
  /** How long to keep trying before the last failure is thrown; default 10 s. */
  withinMs?: number;
  /** Pause between two tries; default 25 ms. */
  everyMs?: number;
  /** What is waited for, as it shall read in the failure. */
  what?: string;
};

/**
 * Waits for a condition instead of sleeping: calls `probe` until it neither throws nor answers
 * `false` or `null`, and gives its answer. A probe made of `expect` calls answers `undefined`: met.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, false | null>> {
  const { withinMs = DEFAULT_WITHIN_MS, everyMs = DEFAULT_EVERY_MS, what } = options;
  const deadline = performance.now() + withinMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== false && answer !== null) return answer as Exclude<T, false | null>;
      lastError = new Error(`the condition was still ${String(answer)}`);
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= deadline) throw tooLate(lastError, withinMs, what);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Keeps the cause's text in the message: a test log shows the message and rarely the cause. */
function tooLate(cause: unknown, withinMs: number, what: string | undefined): Error {
  const reason =
    cause instanceof Error ? cause.message : String((cause as Error)?.message ?? cause);
  return new Error(`not within ${withinMs} ms${what ? `: ${what}` : ''}: ${reason}`, { cause });
}
