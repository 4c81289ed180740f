import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { otherMode, type Isolation } from '../../domain/isolation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { foldOf, placesOf, withoutPlace } from '../support/moved-world.ts';
import { aTenant } from '../support/invitations.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan, type Effect, type Fault, type Faults } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { runBroken } from '../support/sagas/run-broken.ts';
import { rowOf } from '../support/sagas/frozen-world.ts';
import { sideBySide } from '../support/sagas/side-by-side.ts';
import { todays } from '../support/todays.ts';

const WORLD_WITHIN_MS = 400_000;
const AT_ONCE = 4;
const REFUSED: Fault = { kind: 'refused', code: 'invalid' };

const BEFORE: readonly Effect[] = ['identity.receive', 'identity.ensureMember'];
const BEHIND: readonly Effect[] = [
  ...(['facts.sign', 'identity.suspend', 'store.latecomers'] as const),
  ...(['identity.remove'] as const),
];
const EVERY: readonly Effect[] = [...BEFORE, 'store.move', ...BEHIND, 'identity.welcome'];

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

/** A tenant's move in which that goes wrong; it ended so, and everything of it was come by. */
async function moved(from: Isolation, faults: Faults, ends: Operation['state']) {
  const { tenant, slug } = await aTenant(world, { isolation: from });
  const [row, fold] = [await rowOf(world, tenant), await foldOf(world, tenant)];
  const places = placesOf(outside, slug);
  const operation = await world.acceptMoving(tenant, otherMode(from));
  expect(await runBroken(world, plan, operation, faults)).toBe(ends);
  const now = await foldOf(world, tenant);
  expect(withoutPlace(now)).toEqual(withoutPlace(fold));
  await expectCleanSlate(world, { tenants: [tenant] });
  return { row, now: await rowOf(world, tenant), places, after: placesOf(outside, slug) };
}

/** Wholly in the other place, and told once. */
async function forward(from: Isolation, faults: Faults): Promise<void> {
  const { now, after } = await moved(from, faults, 'done');
  expect(now.isolation).toBe(otherMode(from));
  expect(after[from]).toBeUndefined();
  expect(Object.values(after[otherMode(from)]?.members ?? {})).toEqual([['org-owners']]);
}

/** As if nobody had asked. */
async function back(from: Isolation, faults: Faults): Promise<void> {
  const { row, now, places, after } = await moved(from, faults, 'unwound');
  expect(now).toEqual(row);
  expect(after).toEqual(places);
}

const FAULTS: Readonly<Record<string, (effect: Effect) => readonly Fault[]>> = {
  'is lost': () => [{ kind: 'lost' }],
  'is done and its reply lost, twice': () => [{ kind: 'reply-lost' }, { kind: 'reply-lost' }],
  'takes effect after its own retry': (effect) => [{ kind: 'late', after: effect }],
};

const everyScenario = (from: Isolation): readonly Scenario[] => [
  ...Object.entries(FAULTS).map(([how, faultsOf]) => ({
    name: `from ${from}: each step ${how}`,
    run: () =>
      forward(
        from,
        EVERY.map((effect) => [effect, faultsOf(effect)]),
      ),
  })),
  ...BEFORE.map((effect) => ({
    name: `from ${from}: ${effect} is refused for good, and what was made is gone again`,
    run: () => back(from, [[effect, [REFUSED]]]),
  })),
  {
    name: `from ${from}: the rule refuses, and what was made is gone again`,
    run: () => back(from, [['store.move', [REFUSED]]]),
  },
  {
    name: `from ${from}: the target is made late, after its own removal`,
    run: () =>
      back(from, [
        ['identity.receive', [{ kind: 'late', after: 'identity.remove' }, REFUSED]],
        ['identity.remove', [{ kind: 'lost' }]],
      ]),
  },
  ...BEHIND.map((effect) => ({
    name: `from ${from}: ${effect} is refused behind the commit: forward only`,
    run: () => forward(from, [[effect, [REFUSED]]]),
  })),
];

const SCENARIOS = todays([...everyScenario('silo'), ...everyScenario('pool')]);

test.each(SCENARIOS.map((scenario) => ({ name: scenario.name, scenario })))(
  '$name',
  async ({ scenario }) => {
    await outcomes.get(scenario);
  },
  WORLD_WITHIN_MS,
);
