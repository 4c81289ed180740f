import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../ports/registry-store.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan, type Effect, type Fault } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { madeTenant, objectsOf, rowOf, toldStates } from '../support/sagas/frozen-world.ts';

const FREEZE: readonly Effect[] = [
  'store.freeze',
  'facts.sign',
  'identity.suspend',
  'route.suspend',
];
const UNFREEZE: readonly Effect[] = [
  ...(['identity.restore', 'route.restore', 'store.unfreeze', 'facts.sign'] as const),
];
/** Each with the step that it takes back. */
const UNDOS: ReadonlyMap<Effect, Effect> = new Map([
  ['identity.restore', 'identity.suspend'],
  ['route.restore', 'route.suspend'],
]);
const WORLD_WITHIN_MS = 120_000;
const REFUSED: Fault = { kind: 'refused', code: 'invalid' };

const faultsOf = (effect: Effect): Readonly<Record<string, readonly Fault[]>> => ({
  'is lost': [{ kind: 'lost' }],
  'is done and its reply lost, twice': [{ kind: 'reply-lost' }, { kind: 'reply-lost' }],
  'takes effect after its own retry': [{ kind: 'late', after: effect }],
  'hangs until its deadline': [{ kind: 'hangs' }],
});

const outside = memoryOutside();
const plan = new FaultPlan();
let world: FaultyWorld;
beforeAll(async () => {
  world = await startFaultyWorld(plan, { outside });
}, WORLD_WITHIN_MS);
afterAll(() => world.close());

type Faults = readonly (readonly [Effect, readonly Fault[]])[];

async function runWith(operation: Operation, faults: Faults) {
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  await world.start(operation);
  const { state } = await world.ended(operation);
  // What was planned did happen, or nothing was proved.
  expect(plan.remaining(operation.id)).toEqual([]);
  return state;
}

/** One broken freeze, then one whole unfreeze: the fact once, and everything as before. */
async function freezeWith(faults: Faults): Promise<void> {
  const before = await madeTenant(world, 'trial');
  const objects = objectsOf(outside, before);
  expect(await runWith(await world.acceptFreezing(before.id), faults)).toBe('done');
  expect((await rowOf(world, before.id)).state).toBe('frozen');
  expect(objectsOf(outside, before)).toMatchObject({
    ...{ identity: { suspended: true }, route: { suspended: true } },
  });
  expect(await runWith(await world.acceptUnfreezing(before.id), [])).toBe('done');
  expect(await toldStates(world, before)).toEqual(['active', 'frozen', 'trial']);
  expect(objectsOf(outside, before)).toEqual(objects);
  await expectCleanSlate(world, { tenants: [before.id] });
}

/** One broken unfreeze: it is wholly open and told, or wholly closed and nothing was told. */
async function unfreezeWith(faults: Faults, ends: 'done' | 'unwound'): Promise<void> {
  const before = await madeTenant(world, 'trial');
  const open = objectsOf(outside, before);
  await world.ended(await world.freeze(before.id));
  const closed = objectsOf(outside, before);
  expect(await runWith(await world.acceptUnfreezing(before.id), faults)).toBe(ends);
  const isOpen = ends === 'done';
  expect(objectsOf(outside, before)).toEqual(isOpen ? open : closed);
  expect((await rowOf(world, before.id)).state).toBe(isOpen ? 'trial' : 'frozen');
  const told = ['active', 'frozen', ...(isOpen ? ['trial'] : [])];
  expect(await toldStates(world, before)).toEqual(told);
  await expectCleanSlate(world, { tenants: [before.id] });
}

describe.each(FREEZE)('a freeze happens once and wholly when %s', (effect) => {
  test.each(Object.entries(faultsOf(effect)))('%s', async (_, faults) => {
    await freezeWith([[effect, faults]]);
  });
});

test.each(['identity.suspend', 'route.suspend'] as const)(
  'a freeze never goes back: when %s is refused for good it waits, and ends when it is taken',
  async (effect) => {
    const tenant = await madeTenant(world);
    const freeze = await world.acceptFreezing(tenant.id);
    plan.plan(freeze.id, effect, REFUSED);
    await world.start(freeze);
    expect((await world.ended(freeze)).state).toBe('done');
    expect(plan.remaining(freeze.id)).toEqual([]);
    expect(objectsOf(outside, tenant)).toMatchObject({
      ...{ identity: { suspended: true }, route: { suspended: true } },
    });
  },
);

describe.each(UNFREEZE)('an unfreeze happens once and wholly when %s', (effect) => {
  test.each(Object.entries(faultsOf(effect)))('%s', async (_, faults) => {
    await unfreezeWith([[effect, faults]], 'done');
  });
});

describe.each([...UNDOS])('what %s opened is closed again by %s', (does, undoes) => {
  const unwinding = ['store.unfreeze', [REFUSED]] as const;
  const scenarios: Readonly<Record<string, Faults>> = {
    'when it was refused': [[does, [REFUSED]]],
    'when it was done and its reply lost, then refused': [
      [does, [{ kind: 'reply-lost' }, REFUSED]],
    ],
    'when it takes effect after that': [[does, [{ kind: 'late', after: undoes }, REFUSED]]],
    'when its first attempt takes effect after that': [
      [does, [{ kind: 'late', after: undoes }]],
      unwinding,
    ],
    'which is lost once': [[undoes, [{ kind: 'lost' }]], unwinding],
    'which is done twice': [[undoes, [{ kind: 'reply-lost' }]], unwinding],
  };
  test.each(Object.entries(scenarios))('%s', async (_, faults) => {
    await unfreezeWith(faults, 'unwound');
  });
});
