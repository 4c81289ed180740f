import { beforeEach, expect, test } from '@jest/globals';
import { askForSweep } from '../../registry/ask-for-sweep.ts';
import type { ReconcileAllPorts } from '../../registry/reconcile-all.ts';
import { createMemoryRegistry } from '../support/api/memory-registry.ts';

const HOUR_MS = 60 * 60_000;
const signal = AbortSignal.timeout(60_000);

let registry: ReturnType<typeof createMemoryRegistry>;
let nowMs: number;
let runs: boolean;
let drawn: number;

beforeEach(() => {
  registry = createMemoryRegistry();
  nowMs = HOUR_MS;
  runs = false;
  drawn = 0;
});

/** Outcome of a request, and what became of those before it. */
async function ask() {
  const { operations, tenants } = registry;
  const ids = { uuid: () => `sweep-${(drawn += 1)}` };
  const ports = {
    ...{ operations, accept: { operations, tenants, ids, clock: { nowMs: () => nowMs } } },
    census: { isRunning: async () => runs },
    reconcile: { hasCommitted: async () => false },
  } as unknown as ReconcileAllPorts;
  const { outcome } = await askForSweep(ports, { actor: 'schedule' }, signal);
  return [outcome, [...registry.rows.operations.values()].map(({ state }) => state)];
}

test('a sweep whose saga is gone is closed, and the next is accepted', async () => {
  expect(await ask()).toEqual(['accepted', ['accepted']]);
  nowMs += HOUR_MS;
  expect(await ask()).toEqual(['accepted', ['unwound', 'accepted']]);
});

test('one that runs is enough, however long', async () => {
  await ask();
  nowMs += 10 * HOUR_MS;
  runs = true;
  expect(await ask()).toEqual(['tenant-busy', ['accepted']]);
});

test('one that was just accepted may not run yet, and is left alone', async () => {
  await ask();
  nowMs += HOUR_MS - 1;
  expect(await ask()).toEqual(['tenant-busy', ['accepted']]);
});
