import { expect } from '@jest/globals';
import type { Operation } from '../../../ports/registry-store.ts';
import type { ProvisionRequest } from '../../../registry/accept-provision.ts';
import { expectCleanSlate, type Slate } from './clean-slate.ts';
import type { FaultPlan } from './faults.ts';
import { endOfBroken, startBroken } from './run-broken.ts';
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
  await startBroken(world, plan, operation, scenario.faults);
  const ended = await endOfBroken(world, plan, operation, withinMs);
  expect(ended.state).toBe(scenario.ends);
  await expectCleanSlate(world, { tenants: [operation.tenant] });
  return ended;
}
