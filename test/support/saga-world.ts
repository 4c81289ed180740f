import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { MANIFESTS_FOLDER, readManifests } from '../../adapters/manifests/read.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { createTemporalEngine } from '../../adapters/temporal/engine.ts';
import { SAGA_QUEUE } from '../../domain/saga-protocol.ts';
import type { SagaState } from '../../domain/operation.ts';
import type { SagaTiming } from '../../domain/saga-timing.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptProvision, type ProvisionRequest } from '../../registry/accept-provision.ts';
import { acceptRoleChange } from '../../registry/accept-role-change.ts';
import { declarePlatform } from '../../registry/platform.ts';
import { startSaga } from '../../registry/start-saga.ts';
import * as temporalServer from '../../tools/servers/temporal.ts';
import { createProgress } from '../../tools/servers/progress.ts';
import { createActivities } from '../../workers/saga-activities.ts';
import { keepWorker } from '../../workers/saga-worker.ts';
import { registryDatabase } from '../adapters/postgres/registry-database.ts';
import { eventually } from './eventually.ts';
import { memoryOutside, type Outside } from './saga-outside.ts';
import { startSequencer } from './saga-sequencer.ts';
import { sagaBundle } from './sagas/bundle.ts';

export const DOMAIN = 'example.test';
export const LOG = { log: 'tenure.example/test', epoch: 1 };

/** A saga that is patient for a second, so that tests are not. */
export const SHORT: SagaTiming = {
  attemptTimeoutMs: 1_000,
  retryBudgetMs: 1_500,
  firstBackoffMs: 20,
  maxBackoffMs: 200,
  parkedLimitMs: 600_000,
  settleMs: { identity: 200, database: 200, route: 200, dns: 200 },
};

export type Activities = ReturnType<typeof createActivities>;

export interface WorldOptions {
  readonly outside?: Outside;
  readonly timing?: Partial<SagaTiming>;
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
  const timing = { ...SHORT, ...options.timing };
  const outside = options.outside ?? memoryOutside();
  const own = options.temporal === undefined ? await startTemporal() : undefined;
  const { address, namespace } = options.temporal ?? own ?? unreachable();
  const database = await registryDatabase(options.databaseUrl);
  const { api, worker: store } = database;
  const ports = { ...store, clock: systemClock, ids: systemIds };
  await declarePlatform(ports, LOG, await readManifests(MANIFESTS_FOLDER));
  const engines = new Map<string, ReturnType<typeof createTemporalEngine>>();
  /** One per timing: it goes into the input of what is started there. */
  const engineWith = (over: Partial<SagaTiming>) => {
    const key = JSON.stringify(over);
    const known = engines.get(key);
    if (known !== undefined) return known;
    const made = createTemporalEngine({
      ...{ address, namespace, timing: { ...timing, ...over } },
      ...{ tls: false, apiKey: undefined },
    });
    engines.set(key, made);
    return made;
  };
  const engine = engineWith({});
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const reports: { message: string; cause: unknown }[] = [];
  const report = (message: string, cause: unknown) => void reports.push({ message, cause });
  const bundle = options.bundle ?? (await sagaBundle());
  const activities = createActivities({
    ...ports,
    ...outside,
    probeStore: () => store.probe.probe(),
    log: LOG,
    report,
  });
  const decorated = options.decorate?.(activities) ?? activities;

  const temporal = { namespace, connection: { address } };
  const startWorker = () =>
    keepWorker(
      temporal,
      {
        taskQueue: SAGA_QUEUE,
        workflowBundle: bundle,
        activities: { ...decorated },
        stickyQueueScheduleToStartTimeout: '500ms',
        maxConcurrentActivityTaskExecutions: 200,
        shutdownGraceTime: 0,
      },
      report,
    );
  const sequencerOptions = { databaseUrl: database.databaseUrl, address, namespace, report };
  const startFacts = () => startSequencer({ ...sequencerOptions, log: LOG.log });
  const starts = options.start === false ? [] : [startWorker(), startFacts()];

  const accept = async (over: Partial<ProvisionRequest> = {}): Promise<Operation> => {
    const accepted = await acceptProvision(
      {
        ...{ operations: api.operations, tenants: api.tenants },
        ...{ clock: systemClock, ids: systemIds, domain: DOMAIN, seeds: new Map() },
      },
      { ...aRequest(), ...over },
    );
    if (accepted.outcome !== 'accepted') throw new Error(`not accepted: ${accepted.outcome}`);
    return accepted.operation;
  };
  const start = (operation: Operation, over: Partial<SagaTiming> = {}) =>
    startSaga({ ...api, engine: engineWith(over) }, operation);
  const begin = async (operation: Operation) => {
    await start(operation);
    return operation;
  };
  const row = async (operation: Operation): Promise<Operation> => {
    const found = await api.operations.findOperation(operation.id);
    if (found === undefined) throw new Error(`no operation ${operation.id}`);
    return found;
  };
  const reached = (operation: Operation, states: readonly SagaState[], withinMs = 60_000) =>
    eventually(
      async () => {
        const now = await row(operation);
        const seen = `${now.state} ${JSON.stringify(now.reason)} ${JSON.stringify(now.steps)}`;
        if (!states.includes(now.state)) throw new Error(`it is ${seen}`);
        return now;
      },
      { withinMs, everyMs: 40, what: `${operation.kind} ${operation.id} is ${states.join()}` },
    );

  return {
    ...{ api, store, database, engine, client, outside, timing, reports, bundle, address },
    ...{ namespace, report, temporal: own, accept, start, row, reached, startWorker, startFacts },
    provision: async (over: Partial<ProvisionRequest> = {}) => begin(await accept(over)),
    changeRoles: async (tenant: string, member: string, roles: readonly string[]) => {
      const accepted = await acceptRoleChange(
        { ...api, clock: systemClock, ids: systemIds },
        { actor: 'operator', tenant, member, roles },
      );
      if (accepted.outcome !== 'accepted') throw new Error(`not accepted: ${accepted.outcome}`);
      return begin(accepted.operation);
    },
    ended: (operation: Operation, withinMs = 60_000) =>
      reached(operation, ['done', 'unwound'], withinMs),
    handle: (operation: Operation) => client.workflow.getHandle(workflowIdOf(operation)),
    close: async () => {
      await Promise.all(starts.map((each) => each.close()));
      for (const each of engines.values()) await each.close();
      await Promise.all([connection.close(), database.close()]);
      await own?.stop();
    },
  };
}

export const workflowIdOf = ({ kind, id }: Operation): string => `${kind}/${id}`;

export function aRequest(): ProvisionRequest {
  const slug = `t-${randomUUID().slice(0, 13)}`;
  return {
    ...{ actor: 'operator', slug, displayName: 'Acme', isolation: 'silo', plan: 'team' },
    ...{ demo: false, adminEmail: `ann@${slug}.test`, identityProviders: [] },
  };
}

export async function startTemporal(options: Partial<temporalServer.TemporalOptions> = {}) {
  const paths = await temporalServer.get(createProgress());
  return temporalServer.start({ paths, ...options });
}

function unreachable(): never {
  throw new Error('a Temporal is given or started');
}
