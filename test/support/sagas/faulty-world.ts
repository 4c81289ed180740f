import { memoryOutside } from '../saga-outside.ts';
import { startSequencer } from '../saga-sequencer.ts';
import { createWorld, LOG, type WorldOptions } from '../saga-world.ts';
import type { FaultPlan } from './faults.ts';
import { faultyActivities, faultyOutside, faultySigning } from './faulty-ports.ts';

export type FaultyWorld = Awaited<ReturnType<typeof startFaultyWorld>>;

/** A world with worker and sequencer whose every effect goes as the plan says. */
export async function startFaultyWorld(plan: FaultPlan, options: WorldOptions = {}) {
  const outside = options.outside ?? memoryOutside();
  const world = await createWorld({
    ...options,
    outside: faultyOutside(plan, outside),
    decorate: (activities) => faultyActivities(plan, options.decorate?.(activities) ?? activities),
    start: false,
  });
  const worker = world.startWorker();
  const { address, namespace, report, database } = world;
  const sequence = () =>
    startSequencer({
      ...{ address, namespace, report, databaseUrl: database.databaseUrl, log: LOG.log },
      decorate: (waitFor) => faultySigning(plan, waitFor),
    });
  let sequencer = sequence();
  return {
    ...world,
    outside,
    /** Returns what brings it back. */
    stopSequencer: async () => {
      await sequencer.close();
      return () => void (sequencer = sequence());
    },
    close: async () => {
      await Promise.all([worker.close(), sequencer.close()]);
      await world.close();
    },
  };
}
