import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../ports/registry-store.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { prove } from '../support/sagas/prover.ts';
import { everyScenario, type Scenario } from '../support/sagas/scenarios.ts';

/** At once: enough to keep the servers busy, few enough to keep every attempt within its time. */
const AT_ONCE = 8;
const START_WITHIN_MS = 120_000;
const scenarios = [...everyScenario('silo'), ...everyScenario('pool')];

let world: FaultyWorld;
const plan = new FaultPlan();
const outcomes = new Map<Scenario, Promise<Operation>>();

beforeAll(async () => {
  world = await startFaultyWorld(plan);
  // All run side by side; each test then waits for its own.
  const slots = Array.from({ length: AT_ONCE }, () => Promise.resolve<unknown>(undefined));
  for (const [at, scenario] of scenarios.entries()) {
    const slot = at % AT_ONCE;
    const outcome = (slots[slot] as Promise<unknown>).then(() => prove(world, plan, scenario));
    outcomes.set(scenario, outcome);
    slots[slot] = outcome.catch(() => undefined);
  }
}, START_WITHIN_MS);
afterAll(() => world.close());

describe('a tenant is fully there or fully gone when', () => {
  test.each(scenarios)('$name', async (scenario) => {
    await outcomes.get(scenario);
  });
});

test('after all of it, outside and registry agree both ways', async () => {
  await Promise.allSettled(outcomes.values());
  await expectCleanSlate(world);
  expect(outcomes.size).toBe(scenarios.length);
});
