import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';

const GRACE_MS = 10_000;
const LOOK_MS = 100;

/**
 * Settles as the worker's run does; rejects when it has failed and its run does not end. The SDK
 * (1.24) may wait for ever for tasks that it dropped itself: such a worker is left, or its queue
 * would have none.
 */
export async function runToEnd(
  worker: Pick<Worker, 'run' | 'getState'>,
  graceMs: number = GRACE_MS,
): Promise<void> {
  const over = new AbortController();
  const running = worker.run().finally(() => over.abort());
  await Promise.race([running, failedFor(worker, graceMs, over.signal).then(() => running)]);
}

/** Resolves when the run is over. */
async function failedFor(
  worker: Pick<Worker, 'getState'>,
  graceMs: number,
  over: AbortSignal,
): Promise<void> {
  let sinceMs: number | undefined;
  while (!over.aborted) {
    const nowMs = performance.now();
    sinceMs = worker.getState() === 'FAILED' ? (sinceMs ?? nowMs) : undefined;
    if (sinceMs !== undefined && nowMs - sinceMs >= graceMs)
      throw new Error('The worker failed and its run does not end; it is left for a new one.');
    await sleep(LOOK_MS, undefined, { signal: over }).catch(() => undefined);
  }
}
