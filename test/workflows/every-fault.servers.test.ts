import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../ports/registry-store.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { prove } from '../support/sagas/prover.ts';
import { everyScenario, type Scenario } from '../support/sagas/scenarios.ts';
import { sideBySide } from '../support/sagas/side-by-side.ts';
import { todays } from '../support/todays.ts';

/** Enough to keep the servers busy, few enough to keep every attempt within its time. */
const AT_ONCE = 8;
/** A stalled machine must not lose an attempt's report: its fault would be spent, unseen. */
const timing = { attemptTimeoutMs: 4_000, retryBudgetMs: 60_000 };
const START_WITHIN_MS = 400_000;
const scenarios = todays([...everyScenario('silo'), ...everyScenario('pool')]);

let world: FaultyWorld;
const plan = new FaultPlan();
let outcomes: ReadonlyMap<Scenario, Promise<Operation>>;

beforeAll(async () => {
  world = await startFaultyWorld(plan, { timing });
  outcomes = sideBySide(scenarios, AT_ONCE, (scenario) => prove(world, plan, scenario));
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
