import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REVOKE } from '../../domain/offboarding.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { eventually } from '../support/eventually.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan, type Effect, type Fault, type Faults } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { endOfBroken, startBroken } from '../support/sagas/run-broken.ts';
import { sideBySide } from '../support/sagas/side-by-side.ts';
import { madeTenant, objectsOf, rowOf, toldStates } from '../support/sagas/frozen-world.ts';

const WORLD_WITHIN_MS = 400_000;
const AT_ONCE = 4;
const REFUSED: Fault = { kind: 'refused', code: 'invalid' };

const CLOSING: readonly Effect[] = [
  ...(['exports.put', 'store.offboard', 'identity.suspend', 'route.suspend'] as const),
  ...(['store.release', 'store.decide'] as const),
];
const ERASING: readonly Effect[] = [
  ...(['dns.remove', 'route.remove', 'identity.remove', 'database.remove'] as const),
  ...(['store.erase', 'outside.scan', 'store.archive'] as const),
];
const RETURNING: readonly Effect[] = [
  ...(['exports.remove', 'identity.restore', 'route.restore', 'store.return'] as const),
];

/** Every step of one saga, broken alike. */
const FAULTS: Readonly<Record<string, (effect: Effect) => readonly Fault[]>> = {
  'is lost': () => [{ kind: 'lost' }],
  'is done and its reply lost, twice': () => [{ kind: 'reply-lost' }, { kind: 'reply-lost' }],
  'takes effect after its own retry': (effect) => [{ kind: 'late', after: effect }],
};

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

const leave = async (tenant: Tenant, faults: Faults) =>
  startBroken(world, plan, await world.acceptLeaving(tenant.id), faults);
const endOf = async (operation: Operation) => (await endOfBroken(world, plan, operation)).state;

/** Wholly gone, and told once. */
async function gone(faults: Faults): Promise<void> {
  const before = await madeTenant(world, 'trial');
  expect(await endOf(await leave(before, faults))).toBe('done');
  await expectGone(before);
}

async function expectGone(before: Tenant): Promise<void> {
  expect((await rowOf(world, before.id)).state).toBe('archived');
  expect(await toldStates(world, before)).toEqual(['active', 'frozen', 'archived']);
  expect(objectsOf(outside, before)).toEqual({});
  await expectCleanSlate(world, { tenants: [before.id] });
}

/** Wholly there again, and told once. */
async function back(faults: Faults): Promise<void> {
  const before = await madeTenant(world, 'trial');
  const objects = objectsOf(outside, before);
  const saga = await leave(before, faults);
  const message = { name: REVOKE, told: { operation: saga.id }, id: 'once' };
  await eventually(() => world.engine.signal(saga.id, saga.kind, message));
  expect(await endOf(saga)).toBe('done');
  expect(await rowOf(world, before.id)).toEqual(before);
  expect(objectsOf(outside, before)).toEqual(objects);
  expect(await toldStates(world, before)).toEqual(['active', 'frozen', 'trial']);
  await expectCleanSlate(world, { tenants: [before.id] });
}

/** Before the freeze is committed: as if nobody had asked. */
async function neverLeft(faults: Faults): Promise<void> {
  const before = await madeTenant(world);
  const objects = objectsOf(outside, before);
  expect(await endOf(await leave(before, faults))).toBe('unwound');
  expect(await rowOf(world, before.id)).toEqual(before);
  expect(objectsOf(outside, before)).toEqual(objects);
  expect(await outside.exports.find(before.id, AbortSignal.timeout(60_000))).toBeUndefined();
  await expectCleanSlate(world, { tenants: [before.id] });
}

/** Past the retention: it stops, whatever is wrong, and goes on when it was mended. */
async function parked(effect: Effect): Promise<void> {
  const before = await madeTenant(world, 'trial');
  const saga = await leave(before, [[effect, [REFUSED]]]);
  expect(await endOf(saga)).toBe('done');
  await expectGone(before);
}

const SCENARIOS: readonly Scenario[] = [
  ...Object.entries(FAULTS).flatMap(([how, faultsOf]): Scenario[] => {
    const each = (effects: readonly Effect[]): Faults =>
      effects.map((effect) => [effect, faultsOf(effect)]);
    return [
      { name: `each step to the end ${how}`, run: () => gone(each([...CLOSING, ...ERASING])) },
      { name: `each step of the return ${how}`, run: () => back(each(RETURNING)) },
    ];
  }),
  {
    name: 'what closes the tenant takes effect late, and it returns',
    run: () =>
      back([
        ['identity.suspend', [{ kind: 'late', after: 'identity.suspend' }]],
        ['route.suspend', [{ kind: 'late', after: 'route.suspend' }]],
      ]),
  },
  {
    name: 'the export is refused: nobody is frozen',
    run: () => neverLeft([['exports.put', [REFUSED]]]),
  },
  {
    name: 'the freeze is refused: the export goes again',
    run: () => neverLeft([['store.offboard', [REFUSED]]]),
  },
  ...ERASING.map((effect) => ({
    name: `${effect} is refused for good: forward only`,
    run: () => parked(effect),
  })),
];

test.each(SCENARIOS)('$name', async (scenario) => {
  await outcomes.get(scenario);
});
