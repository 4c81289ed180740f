import { expect } from '@jest/globals';
import type { Operation } from '../../../ports/registry-store.ts';
import type { ProvisionRequest } from '../../../registry/accept-provision.ts';
import { expectCleanSlate, type Slate } from './clean-slate.ts';
import type { FaultPlan } from './faults.ts';
import type { Scenario } from './scenarios.ts';

/** What a world must offer to have its sagas broken; real servers or memory. */
export interface ProvenWorld extends Slate {
  accept(over: Partial<ProvisionRequest>): Promise<Operation>;
  start(operation: Operation): Promise<void>;
  ended(operation: Operation, withinMs?: number): Promise<Operation>;
}

/** Runs one saga with its faults; it must end as the scenario says and leave nothing half done. */
export async function prove(
  world: ProvenWorld,
  plan: FaultPlan,
  scenario: Scenario,
  withinMs?: number,
): Promise<Operation> {
  const operation = await world.accept({ isolation: scenario.isolation });
  for (const [effect, faults] of scenario.faults) plan.plan(operation.id, effect, ...faults);
  await world.start(operation);
  const ended = await world.ended(operation, withinMs);
  expect(ended.state).toBe(scenario.ends);
  // What was planned did happen, or the scenario proved nothing.
  expect(plan.remaining(operation.id)).toEqual([]);
  await expectCleanSlate(world, { tenants: [operation.tenant] });
  return ended;
}
