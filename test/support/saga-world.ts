import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { MANIFESTS_FOLDER, readManifests } from '../../adapters/manifests/read.ts';
import { createMemoryExports } from '../../adapters/memory/exports.ts';
import { createFactReader } from '../../adapters/postgres/fact-log.ts';
import { createSagaKeys } from '../../adapters/postgres/saga-keys.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { SAGA_QUEUE } from '../../domain/saga-protocol.ts';
import type { SagaTiming } from '../../domain/saga-timing.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { declarePlatform } from '../../registry/platform.ts';
import * as temporalServer from '../../tools/servers/temporal.ts';
import { createProgress } from '../../tools/servers/progress.ts';
import { createActivities } from '../../workers/saga-activities.ts';
import { keepWorker } from '../../workers/saga-worker.ts';
import { registryDatabase, SEALING_KEY } from '../adapters/postgres/registry-database.ts';
import { doctorPorts } from './doctor.ts';
import { LINKS, memoryOutside, type Outside } from './saga-outside.ts';
import { createEngines, createRequests } from './saga-requests.ts';
import { startSequencer } from './saga-sequencer.ts';
import { sagaBundle } from './sagas/bundle.ts';

export const LOG = { log: 'tenure.example/test', epoch: 1 };

/**
 * A saga that is patient for seconds, so that tests are not. An attempt that a machine at a third
 * of its speed cannot end in time would be a fault that no test planned.
 */
export const SHORT: SagaTiming = {
  attemptTimeoutMs: 3_000,
  retryBudgetMs: 5_000,
  firstBackoffMs: 20,
  maxBackoffMs: 200,
  parkedLimitMs: 600_000,
  settleMs: { identity: 200, database: 200, route: 200, dns: 200 },
  waitMs: {
    ...{ 'invitation-reminder': 1_000, invitation: 2_000 },
    ...{ trial: 2_000, 'trial-reminder': 1_000, orphan: 60_000, 'lost-saga': 60_000 },
    ...{ 'domain-look': 100, 'domain-claim': 5_000 },
    ...{ retention: 300, 'dns-cache': 100, 'old-tokens': 100 },
  },
};

/** Tasks of a dead worker are given on soon; an attempt of a closing one is not waited for. */
const BRISK = {
  stickyQueueScheduleToStartTimeout: '500ms',
  maxConcurrentActivityTaskExecutions: 200,
  shutdownGraceTime: 0,
};

export type Activities = ReturnType<typeof createActivities>;

export interface WorldOptions {
  readonly outside?: Outside;
  readonly timing?: Partial<SagaTiming>;
  /** Whose facts and marks it makes. */
  readonly log?: typeof LOG;
  /** A running Temporal; else one is started for this world alone. */
  readonly temporal?: { readonly address: string; readonly namespace: string };
  /** An empty database; else one of the shared Postgres. */
  readonly databaseUrl?: string;
  readonly bundle?: WorkflowBundleWithSourceMap;
  /** Puts faults between the sagas and their activities. */
  readonly decorate?: (activities: Activities) => Activities;
  /** False: the test starts worker and sequencer itself. */
  readonly start?: boolean;
}

/** Servers die in these tests: what the SDK says about it is expected. */
export const QUIET = {
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { forward: {}, filter: 'temporalio_sdk_core=ERROR' } },
};

let installed = false;

export type World = Awaited<ReturnType<typeof createWorld>>;

/**
 * Everything that a saga meets: registry, Temporal, worker, sequencer, outside systems. Servers are
 * real; the outside is in memory unless given. Close it.
 */
export async function createWorld(options: WorldOptions = {}) {
  if (!installed) Runtime.install(QUIET);
  installed = true;
  const { log = LOG } = options;
  const timing = { ...SHORT, ...options.timing };
  const outside = options.outside ?? memoryOutside();
  const own = options.temporal === undefined ? await startTemporal() : undefined;
  const { address, namespace } = options.temporal ?? own ?? unreachable();
  const database = await registryDatabase(options.databaseUrl);
  const { api, worker: store, databaseUrl } = database;
  const ports = { ...store, clock: systemClock, ids: systemIds };
  await declarePlatform(ports, log, await readManifests(MANIFESTS_FOLDER));
  const reports: { message: string; cause: unknown }[] = [];
  const report = (message: string, cause: unknown) => void reports.push({ message, cause });
  const bundle = options.bundle ?? (await sagaBundle());
  const probeStore = () => store.probe.probe();
  const doctor = doctorPorts({ databaseUrl, address, namespace, timing });
  const factLog = createFactReader({ databaseUrl, maxConnections: 2 });
  /** What only offboarding needs. */
  const sagaKeys = createSagaKeys({ databaseUrl, role: 'tenure_worker', sealingKey: SEALING_KEY });
  const leaving = { factLog, sagaKeys, exports: outside.exports ?? createMemoryExports() };
  const activities = createActivities({
    ...{ ...ports, ...outside, ...doctor.ports, ...leaving, ...LINKS },
    ...{ probeStore, log, report },
  });
  const decorated = options.decorate?.(activities) ?? activities;
  const startWorker = () =>
    keepWorker(
      { namespace, connection: { address } },
      {
        taskQueue: SAGA_QUEUE,
        workflowBundle: bundle,
        activities: { ...decorated },
        ...BRISK,
      },
      report,
    );
  const startFacts = () =>
    startSequencer({ databaseUrl, address, namespace, report, log: log.log });
  const starts = options.start === false ? [] : [startWorker(), startFacts()];
  const engines = createEngines({ address, namespace, timing });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  return {
    ...createRequests(api, engines.startOn(api)),
    ...{ api, store, database, engine: engines.engine, client, outside, timing, reports, bundle },
    ...{ leaving, address, namespace, report, temporal: own, startWorker, startFacts },
    doctor: doctor.ports,
    registry: log.log,
    handle: (operation: Operation) => client.workflow.getHandle(workflowIdOf(operation)),
    close: async () => {
      await Promise.all(starts.map((each) => each.close()));
      await Promise.all(
        [engines, connection, doctor, factLog, sagaKeys].map((each) => each.close()),
      );
      await database.close();
      await own?.stop();
    },
  };
}

export const workflowIdOf = ({ kind, id }: Operation): string => `${kind}/${id}`;

export async function startTemporal(options: Partial<temporalServer.TemporalOptions> = {}) {
  const paths = await temporalServer.get(createProgress());
  return temporalServer.start({ paths, ...options });
}

function unreachable(): never {
  throw new Error('a Temporal is given or started');
}
