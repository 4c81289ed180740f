import { expect } from '@jest/globals';
import type { Operation } from '../../../ports/registry-store.ts';
import type { FaultPlan, Faults } from './faults.ts';

interface Living {
  start(operation: Operation): Promise<void>;
  ended(operation: Operation, withinMs?: number): Promise<Operation>;
}

/** Starts a saga in which that goes wrong. */
export async function startBroken(
  world: Pick<Living, 'start'>,
  plan: FaultPlan,
  operation: Operation,
  faults: Faults,
): Promise<Operation> {
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  await world.start(operation);
  return operation;
}

/** Its row at the end; what was planned did happen, or nothing was proved. */
export async function endOfBroken(
  world: Pick<Living, 'ended'>,
  plan: FaultPlan,
  operation: Operation,
  withinMs?: number,
): Promise<Operation> {
  const ended = await world.ended(operation, withinMs);
  expect(plan.remaining(operation.id)).toEqual([]);
  return ended;
}

/** Runs a saga in which that goes wrong; how it ended. */
export async function runBroken(
  world: Living,
  plan: FaultPlan,
  operation: Operation,
  faults: Faults,
): Promise<Operation['state']> {
  await startBroken(world, plan, operation, faults);
  return (await endOfBroken(world, plan, operation)).state;
}
