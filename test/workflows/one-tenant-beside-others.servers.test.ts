import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MAX_AT_WORK } from '../../domain/operation.ts';
import { DEFAULT_TIMING } from '../../domain/saga-timing.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { runStarter } from '../../workers/starter.ts';
import type { StarterPorts } from '../../workers/starter.ts';
import { eventually } from '../support/eventually.ts';
import { aTenant, createInviting } from '../support/invitations.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { createWorld } from '../support/saga-world.ts';
import type { World } from '../support/saga-world.ts';

const START_WITHIN_MS = 400_000;
const MANY = MAX_AT_WORK * 2;

/** Mail goes out when the test says so: until then sagas are at work. */
let letMailOut = (): void => {};
let mailOut = Promise.resolve();
const outside = memoryOutside();
const { notifier } = outside;
const held: Notifier = {
  ...notifier,
  send: async (notice, signal) => {
    await mailOut;
    await notifier.send(notice, signal);
  },
};
const holdMail = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  [mailOut, letMailOut] = [promise, resolve];
};

let world: World;
beforeAll(async () => {
  const { waitMs, attemptTimeoutMs, retryBudgetMs } = DEFAULT_TIMING;
  world = await createWorld({
    outside: { ...outside, notifier: held },
    timing: { waitMs, attemptTimeoutMs, retryBudgetMs },
  });
}, START_WITHIN_MS);
afterAll(async () => {
  letMailOut();
  await world.close();
});

/** A starter that takes the youngest too, and whose sagas it started in each of its sweeps. */
function sweep(over: Partial<StarterPorts['operations']> = {}) {
  const { store, engine, report } = world;
  const sweeps: string[][] = [];
  const closing = new AbortController();
  const running = runStarter(
    {
      ...{ ...store, report },
      operations: {
        ...store.operations,
        listUnstarted: (_olderThanMs, limit) => {
          sweeps.push([]);
          return store.operations.listUnstarted(0, limit);
        },
        ...over,
      },
      engine: {
        ...engine,
        start: (saga) => {
          sweeps.at(-1)?.push(saga.tenant);
          return engine.start(saga);
        },
      },
    },
    closing.signal,
  );
  const end = async () => {
    closing.abort();
    await running;
  };
  return { sweeps, end };
}

async function inviteMany(tenant: string, count: number) {
  const { accepted } = createInviting(world);
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1)
    ids.push((await accepted(tenant, `${at}@${tenant}.test`)).id);
  return ids;
}

const stateOf = async (id: string) => (await world.api.operations.findOperation(id))?.state;

test('of a tenant’s many sagas no more than may be are at work, others’ are not behind them, and all come', async () => {
  const { tenant } = await aTenant(world);
  const other = await aTenant(world);
  holdMail();
  const ids = await inviteMany(tenant, MANY);
  await inviteMany(other.tenant, 1);
  const { sweeps, end } = sweep();
  await eventually(() => sweeps.length >= 4);
  const [first = [], ...later] = sweeps.slice(0, 3);
  expect(first.filter((id) => id === tenant)).toHaveLength(MAX_AT_WORK);
  // Asked last, and not behind them.
  expect(first).toContain(other.tenant);
  expect(later).toEqual([[], []]);
  letMailOut();
  await eventually(
    async () => {
      for (const id of ids) expect(await stateOf(id)).toBe('waiting');
    },
    { withinMs: 60_000 },
  );
  await end();
});

test('without the count of those at work as many more are started in each sweep', async () => {
  const { tenant } = await aTenant(world);
  holdMail();
  await inviteMany(tenant, MANY);
  const { sweeps, end } = sweep({ countOperations: () => Promise.resolve(0) });
  await eventually(() => sweeps.length >= 3);
  const [first, second] = sweeps;
  expect([first?.length, second?.length]).toEqual([MAX_AT_WORK, MAX_AT_WORK]);
  letMailOut();
  await end();
});
