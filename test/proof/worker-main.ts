import { pino } from 'pino';
import { SAGA_QUEUE } from '../../domain/saga-protocol.ts';
import { DEFAULT_TIMING } from '../../domain/saga-timing.ts';
import { declarePlatform } from '../../registry/platform.ts';
import type { Config } from '../../wiring/config/load.ts';
import { runProcess } from '../../wiring/process.ts';
import type { Running } from '../../wiring/process.ts';
import type { ReconcileStore } from '../../ports/reconcile-store.ts';
import { composeWorker } from '../../wiring/worker.ts';
import { serveHealth } from '../../workers/health.ts';
import { repeatUntilDone } from '../../workers/repeat.ts';
import { createActivities } from '../../workers/saga-activities.ts';
import { keepWorker } from '../../workers/saga-worker.ts';
import { sagaBundle } from '../support/sagas/bundle.ts';
import { bendOutside } from './bend.ts';
import { Breaks } from './breaks.ts';
import { ORDERS_VARIABLE, receiveOrders } from './orders.ts';

/*
 * The workers' process of a proof: the registry's own composition, with `Breaks` between sagas and
 * activities and before every outside system. It starts no saga: the prover does.
 */
await runProcess('worker', start);

/** A sweep looks at tenants one by one: at all of each proof they would starve what is proved. */
const FEW = 2;

function lookingAtFew(reconcile: ReconcileStore): ReconcileStore {
  return { ...reconcile, longestUnexamined: () => reconcile.longestUnexamined(FEW) };
}

async function start(config: Config): Promise<Running> {
  const breaks = new Breaks();
  const orders = process.env[ORDERS_VARIABLE] ?? '';
  const log = pino({ base: { process: 'worker' } });
  const report = (message: string, cause: unknown) => log.warn({ err: cause }, message);
  const composed = await composeWorker(config, {
    timing: DEFAULT_TIMING,
    writeNotice: (fields, sentence) => log.info(fields, sentence),
  });
  const ordered = await receiveOrders('worker', orders, (message) => {
    breaks.hear(message);
    return message.type === 'bend' ? bendOutside(composed, message.bend) : undefined;
  });
  breaks.tellBy(ordered.tell);
  const closing = new AbortController();
  await repeatUntilDone(composed.assureTemporal, report, closing.signal);
  const declared = async () =>
    declarePlatform(composed, composed.log, await composed.readManifests());
  await repeatUntilDone(declared, report, closing.signal);
  const ports = breaks.ports({ ...composed, reconcile: lookingAtFew(composed.reconcile) });
  const probeStore = () => composed.store.probe();
  const worker = keepWorker(
    composed.temporal,
    {
      taskQueue: SAGA_QUEUE,
      workflowBundle: await sagaBundle(ordered.mutation, composed.temporal.dataConverter),
      activities: breaks.activities(createActivities({ ...ports, probeStore, report })),
      // Tasks of a dead worker are given on soon; held activities must not starve the others.
      ...{ stickyQueueScheduleToStartTimeout: '500ms', maxConcurrentActivityTaskExecutions: 400 },
      shutdownGraceTime: 0,
    },
    report,
  );
  const health = await serveHealth(config.service, { worker: worker.probe, postgres: probeStore });
  return {
    close: async () => {
      closing.abort();
      await Promise.all([worker.close(), health.close()]);
      await composed.close();
    },
  };
}
