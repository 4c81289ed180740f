import { pino } from 'pino';
import { SAGA_QUEUE } from '../domain/saga-protocol.ts';
import { DEFAULT_TIMING } from '../domain/saga-timing.ts';
import { declarePlatform } from '../registry/platform.ts';
import type { Config } from '../wiring/config/load.ts';
import { runProcess } from '../wiring/process.ts';
import type { Running } from '../wiring/process.ts';
import { composeWorker } from '../wiring/worker.ts';
import { serveHealth } from './health.ts';
import { countSagas } from './count-sagas.ts';
import { watchAttempts } from './failed-attempts.ts';
import { runKeySweep } from './key-sweep.ts';
import { repeatUntilDone } from './repeat.ts';
import { createActivities } from './saga-activities.ts';
import { bundleSagas, keepWorker } from './saga-worker.ts';
import { runStarter } from './starter.ts';

await runProcess('worker', start);

/** Sagas with their steps, and the starter of what was accepted. Signs nothing, holds no key. */
async function start(config: Config): Promise<Running> {
  const log = pino({ base: { process: 'worker' } });
  const report = (message: string, cause: unknown) => log.warn({ err: cause }, message);
  const ports = await composeWorker(config, {
    timing: DEFAULT_TIMING,
    writeNotice: (fields, sentence) => log.info(fields, sentence),
  });
  const closing = new AbortController();
  const { signal } = closing;
  const prepared = Promise.all([
    repeatUntilDone(ports.assureTemporal, report, signal),
    repeatUntilDone(() => declareManifests(ports), report, signal),
  ]);
  const worker = keepWorker(
    ports.temporal,
    {
      taskQueue: SAGA_QUEUE,
      workflowBundle: await bundleSagas(ports.temporal.dataConverter),
      interceptors: { activity: [watchAttempts(ports.metrics)] },
      activities: createActivities({ ...ports, probeStore: () => ports.store.probe(), report }),
    },
    report,
  );
  const reporting = { ...ports, report };
  const loops = [
    runStarter(reporting, signal),
    runKeySweep(reporting, signal),
    countSagas(reporting, signal),
  ];
  let isPrepared = false;
  void prepared.then(() => (isPrepared = true));
  const probes = {
    worker: worker.probe,
    postgres: () => ports.store.probe(),
    catalog: async () => {
      if (!isPrepared) throw new Error('the catalog or Temporal is not prepared yet');
    },
  };
  const health = await serveHealth(config.service, probes, ports.metrics);
  log.info({ port: health.port }, 'working');
  return {
    close: async () => {
      closing.abort();
      await Promise.all([worker.close(), ...loops, prepared, health.close()]);
      await ports.close();
    },
  };
}

type Ports = Awaited<ReturnType<typeof composeWorker>>;

/** The first start commits the platform tenant's chain; later ones what the manifests changed. */
async function declareManifests(ports: Ports): Promise<void> {
  await declarePlatform(ports, ports.log, await ports.readManifests());
}
