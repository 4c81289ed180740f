import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 1_000;

/** What a start needs from servers that may come up later: tried again until done or stopped. */
export async function repeatUntilDone(
  work: () => Promise<unknown>,
  report: (message: string, cause: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
      return;
    } catch (cause) {
      report(cause instanceof Error ? cause.message : 'a start is not done yet', cause);
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
