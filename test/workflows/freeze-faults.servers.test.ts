import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Operation } from '../../ports/registry-store.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan, type Effect, type Fault, type Faults } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { runBroken } from '../support/sagas/run-broken.ts';
import { sideBySide } from '../support/sagas/side-by-side.ts';
import { madeTenant, objectsOf, rowOf, toldStates } from '../support/sagas/frozen-world.ts';
import { todays } from '../support/todays.ts';

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
const WORLD_WITHIN_MS = 400_000;
const AT_ONCE = 8;
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
let outcomes: ReadonlyMap<Scenario, Promise<void>>;
beforeAll(async () => {
  world = await startFaultyWorld(plan, { outside });
  outcomes = sideBySide(SCENARIOS, AT_ONCE, ({ run }) => run());
}, WORLD_WITHIN_MS);
afterAll(() => world.close());

interface Scenario {
  readonly name: string;
  readonly run: () => Promise<void>;
}

const runWith = (operation: Operation, faults: Faults) => runBroken(world, plan, operation, faults);

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

/** Forward only: what is refused for good parks the saga, and is tried again. */
async function freezeRefused(effect: Effect): Promise<void> {
  const tenant = await madeTenant(world);
  expect(await runWith(await world.acceptFreezing(tenant.id), [[effect, [REFUSED]]])).toBe('done');
  expect(objectsOf(outside, tenant)).toMatchObject({
    ...{ identity: { suspended: true }, route: { suspended: true } },
  });
}

const UNWINDING = ['store.unfreeze', [REFUSED]] as const;
const unwoundBy = (does: Effect, undoes: Effect): Readonly<Record<string, Faults>> => ({
  'was refused': [[does, [REFUSED]]],
  'was done and its reply lost, then refused': [[does, [{ kind: 'reply-lost' }, REFUSED]]],
  'takes effect after its undo': [[does, [{ kind: 'late', after: undoes }, REFUSED]]],
  'succeeds again, then its first attempt lands after its undo': [
    [does, [{ kind: 'late', after: undoes }]],
    UNWINDING,
  ],
  'is taken back by an undo that is lost once': [[undoes, [{ kind: 'lost' }]], UNWINDING],
  'is taken back by an undo that is done twice': [[undoes, [{ kind: 'reply-lost' }]], UNWINDING],
});

const scenarios = <T>(
  saga: string,
  effect: Effect,
  broken: Readonly<Record<string, T>>,
  run: (faults: T) => Promise<void>,
): Scenario[] =>
  Object.entries(broken).map(([how, faults]) => ({
    ...{ name: `${saga}: ${effect} ${how}`, run: () => run(faults) },
  }));

const SCENARIOS: readonly Scenario[] = todays([
  ...FREEZE.flatMap((effect) =>
    scenarios('freeze', effect, faultsOf(effect), (faults) => freezeWith([[effect, faults]])),
  ),
  ...UNFREEZE.flatMap((effect) =>
    scenarios('unfreeze', effect, faultsOf(effect), (faults) =>
      unfreezeWith([[effect, faults]], 'done'),
    ),
  ),
  ...[...UNDOS].flatMap(([does, undoes]) =>
    scenarios('unfreeze', does, unwoundBy(does, undoes), (faults) =>
      unfreezeWith(faults, 'unwound'),
    ),
  ),
  ...UNDOS.values().map((effect) => ({
    ...{ name: `freeze: ${effect} is refused for good`, run: () => freezeRefused(effect) },
  })),
]);

test.each(SCENARIOS)('wholly open or wholly closed, told once: $name', async (scenario) => {
  expect(outcomes.has(scenario)).toBe(true);
  await outcomes.get(scenario);
});

test('a slate is not clean where a tenant is no longer active and no saga made it so', async () => {
  const { id } = await madeTenant(world, 'trial');
  await expect(expectCleanSlate(world, { tenants: [id] })).rejects.toThrow(/"trial"/);
});
