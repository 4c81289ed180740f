import { expect, test } from '@jest/globals';
import type { Worker } from '@temporalio/worker';
import { runToEnd } from '../../workers/run-to-end.ts';

const GRACE_MS = 30;

function aWorker(run: Promise<void>, state: () => ReturnType<Worker['getState']>) {
  return { run: () => run, getState: state };
}

test('a worker that failed and does not end is left', async () => {
  const hanging = aWorker(new Promise(() => {}), () => 'FAILED');
  await expect(runToEnd(hanging, GRACE_MS)).rejects.toThrow('is left for a new one');
});

test('one that drains is waited for, however long it takes', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let looks = 0;
  const draining = aWorker(promise, () => {
    looks += 1;
    if (looks === 3) resolve();
    return 'DRAINING';
  });
  await runToEnd(draining, 0);
  expect(looks).toBe(3);
});

test('the cause of a failure is told when the run ends by it', async () => {
  const cause = new Error('no payload can be written');
  const failed = aWorker(Promise.reject(cause), () => 'FAILED');
  await expect(runToEnd(failed, GRACE_MS)).rejects.toBe(cause);
});
