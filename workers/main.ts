import { pino } from 'pino';
import { createMembershipActivities } from '../activities/membership.ts';
import { createProvisioningActivities } from '../activities/provisioning.ts';
import type { Report } from '../activities/attempt.ts';
import { createSagaActivities } from '../activities/saga.ts';
import type { SagaPorts } from '../activities/saga.ts';
import { SAGA_QUEUE } from '../adapters/temporal/options.ts';
import { assureTemporal } from '../adapters/temporal/start-check.ts';
import { provisionInputOf } from '../domain/requests.ts';
import { DEFAULT_TIMING } from '../domain/saga-timing.ts';
import { FIRST_EPOCH } from '../facts/core/types.ts';
import { declarePlatform } from '../registry/platform.ts';
import type { Config } from '../wiring/config/load.ts';
import { runProcess } from '../wiring/process.ts';
import type { Running } from '../wiring/process.ts';
import { composeWorker } from '../wiring/worker.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';
import { serveHealth } from './health.ts';
import { repeatUntilDone } from './repeat.ts';
import { bundleSagas, keepWorker } from './saga-worker.ts';
import { runStarter } from './starter.ts';

await runProcess('worker', start);

/** Sagas with their steps, and the starter of what was accepted. Signs nothing, holds no key. */
async function start(config: Config): Promise<Running> {
  const log = pino({ base: { process: 'worker' } });
  const report = (message: string, cause: unknown) => log.warn({ err: cause }, message);
  const ports = await composeWorker(config, { timing: DEFAULT_TIMING, epoch: FIRST_EPOCH });
  const closing = new AbortController();
  const { signal } = closing;
  const prepared = Promise.all([
    repeatUntilDone(() => assureTemporal(ports.temporal), report, signal),
    repeatUntilDone(() => declareManifests(ports), report, signal),
  ]);
  const worker = keepWorker(
    ports.temporal,
    {
      taskQueue: SAGA_QUEUE,
      workflowBundle: await bundleSagas(),
      activities: activitiesOf(ports, report),
    },
    report,
  );
  const starter = runStarter({ ...ports, report }, signal);
  let isPrepared = false;
  void prepared.then(() => (isPrepared = true));
  const health = await serveHealth(config.service, {
    worker: worker.probe,
    postgres: () => ports.store.probe(),
    catalog: async () => {
      if (!isPrepared) throw new Error('the catalog or Temporal is not prepared yet');
    },
  });
  log.info({ port: health.port }, 'working');
  return {
    close: async () => {
      closing.abort();
      await Promise.all([worker.close(), starter, prepared, health.close()]);
      await ports.close();
    },
  };
}

type Ports = Awaited<ReturnType<typeof composeWorker>>;

/** The first start commits the platform tenant's chain; later ones what the manifests changed. */
async function declareManifests(ports: Ports): Promise<void> {
  await declarePlatform(ports, ports.log, await ports.readManifests());
}

function activitiesOf(ports: Ports, report: Report) {
  return {
    ...createProvisioningActivities({ ...ports, report }),
    ...createMembershipActivities({ ...ports, report }),
    ...createSagaActivities({
      operations: ports.operations,
      clock: ports.clock,
      probeStore: () => ports.store.probe(),
      probes: probesOf(ports),
      report,
    }),
  };
}

/** What each step of `provisionTenant` needs outside; other steps need the store alone. */
function probesOf({ identity, databases, routes, dns, operations }: Ports): SagaPorts['probes'] {
  const probeIdentity = async ({ operation }: SagaRef, signal: AbortSignal) => {
    const row = await operations.findOperation(operation);
    if (row !== undefined) await identity[provisionInputOf(row.input).isolation].probe(signal);
  };
  return {
    identity: probeIdentity,
    'invite-admin': probeIdentity,
    database: (_ref, signal) => databases.probe(signal),
    route: (_ref, signal) => routes.probe(signal),
    dns: (_ref, signal) => dns.probe(signal),
  };
}
