import { Worker } from '@temporalio/worker';
import type { Operation } from '../../ports/registry-store.ts';
import { workflowIdOf, type World } from './saga-world.ts';

/** The history of a saga replays on today's code; throws `DeterminismViolationError` otherwise. */
export async function expectReplays(world: World, operation: Operation): Promise<void> {
  const history = await world.handle(operation).fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: world.bundle }, history, workflowIdOf(operation));
}
