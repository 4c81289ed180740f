import { memoryOutside } from '../saga-outside.ts';
import { startSequencer } from '../saga-sequencer.ts';
import { createWorld, LOG, type World, type WorldOptions } from '../saga-world.ts';
import type { FaultPlan } from './faults.ts';
import { faultyActivities, faultyOutside, faultySigning } from './faulty-ports.ts';

export type FaultyWorld = Pick<World, Exclude<keyof World, 'close'>> & { close(): Promise<void> };

/** A world with worker and sequencer whose every effect goes as the plan says. */
export async function startFaultyWorld(
  plan: FaultPlan,
  options: WorldOptions = {},
): Promise<FaultyWorld> {
  const outside = options.outside ?? memoryOutside();
  const world = await createWorld({
    ...options,
    outside: faultyOutside(plan, outside),
    decorate: (activities) => faultyActivities(plan, options.decorate?.(activities) ?? activities),
    start: false,
  });
  const worker = await world.startWorker();
  const { address, namespace, report, database } = world;
  const sequencer = await startSequencer({
    ...{ address, namespace, report, databaseUrl: database.databaseUrl, log: LOG.log },
    decorate: (waitFor) => faultySigning(plan, waitFor),
  });
  return {
    ...world,
    outside,
    close: async () => {
      await Promise.all([worker.stop(), sequencer.close()]);
      await world.close();
    },
  };
}
