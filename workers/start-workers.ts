import { pino } from 'pino';
import { SAGA_QUEUE } from '../domain/saga-protocol.ts';
import { DEFAULT_TIMING } from '../domain/saga-timing.ts';
import { declarePlatform } from '../registry/platform.ts';
import type { Config } from '../wiring/config/load.ts';
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

type Ports = Awaited<ReturnType<typeof composeWorker>>;
type Loop = (
  ports: Ports & { report(message: string, cause: unknown): void },
  signal: AbortSignal,
) => Promise<void>;

/** Beside the sagas, until the process ends. */
export const WATCHERS: readonly Loop[] = [runKeySweep, countSagas];
const LOOPS: readonly Loop[] = [runStarter, ...WATCHERS];

/** Sagas with their steps. Signs nothing, holds no key. `loops`: the bench starts sagas itself. */
export async function startWorkers(config: Config, loops = LOOPS): Promise<Running> {
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
  const looping = loops.map((loop) => loop({ ...ports, report }, signal));
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
      await Promise.all([worker.close(), ...looping, prepared, health.close()]);
      await ports.close();
    },
  };
}

/** The first start commits the platform tenant's chain; later ones what the manifests changed. */
async function declareManifests(ports: Ports): Promise<void> {
  await declarePlatform(ports, ports.log, await ports.readManifests());
}
