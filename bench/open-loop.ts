import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Starts `work` at a fixed rate whether or not the last one has ended, so that a slow answer does
 * not spare the system the next request (no coordinated omission). Resolves when all have ended.
 */
export async function openLoop(
  perSecond: number,
  seconds: number,
  work: (at: number) => Promise<unknown>,
): Promise<void> {
  const startedMs = performance.now();
  const running: Promise<unknown>[] = [];
  for (let at = 0; at < perSecond * seconds; at += 1) {
    const dueMs = startedMs + (at * 1_000) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    running.push(work(at));
  }
  await Promise.all(running);
}
