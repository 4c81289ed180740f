import { watched } from '../adapters/decorators/watched.ts';
import type { Methods } from '../adapters/decorators/watched.ts';
import type { WriteLine } from '../adapters/log/notifier.ts';
import { readManifests } from '../adapters/manifests/read.ts';
import { createFactReader } from '../adapters/postgres/fact-log.ts';
import { createOpenSagas } from '../adapters/postgres/open-sagas.ts';
import { createReconcileStore } from '../adapters/postgres/reconcile-store.ts';
import { createSharedUsers } from '../adapters/postgres/shared-users.ts';
import { createStore } from '../adapters/postgres/store.ts';
import { createMetrics } from '../adapters/prometheus/metrics.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { createDomainChallenges } from '../adapters/system/domain-challenges.ts';
import { systemIds } from '../adapters/system/ids.ts';
import { createInvitationTokens } from '../adapters/system/invitation-tokens.ts';
import { createTemporalCensus } from '../adapters/temporal/census.ts';
import { assureSchedule } from '../adapters/temporal/schedule.ts';
import { assureTemporal } from '../adapters/temporal/start-check.ts';
import { createTemporalEngine } from '../adapters/temporal/engine.ts';
import type { SagaTiming } from '../domain/saga-timing.ts';
import type { Config } from './config/load.ts';
import { composeDomainProof } from './domain-proof.ts';
import { composeIdentity } from './identity.ts';
import { engineOf, sealingKeyOf, workerTargetOf } from './options.ts';
import {
  composeDatabases,
  composeDns,
  composeExports,
  composeNotifier,
  composeRoutes,
} from './outside.ts';
import { composeSealing } from './sealing.ts';

export interface WorkerOptions {
  readonly timing: Omit<SagaTiming, 'settleMs'>;
  /** Takes the place of a notifier where none is configured. */
  readonly writeNotice: WriteLine;
}

/** Of exports alone. */
const FACT_CONNECTIONS = 2;

/** All adapters of the workers' process. */
export async function composeWorker(config: Config, options: WorkerOptions) {
  const databaseUrl = config.database.url.reveal();
  const temporal = engineOf(config, options.timing);
  const sealingKey = sealingKeyOf(config);
  const store = createStore({ databaseUrl, role: 'tenure_worker', sealingKey });
  const { dataConverter, keys: sagaKeys } = composeSealing(config, 'tenure_worker');
  const engine = createTemporalEngine({ ...temporal, dataConverter });
  const factLog = createFactReader({ databaseUrl, maxConnections: FACT_CONNECTIONS });
  const sharedUsers = createSharedUsers({ databaseUrl });
  const composed = await composeIdentity(config, store.secrets, sharedUsers);
  const { identity, mailCatcher, close } = composed;
  const metrics = createMetrics();
  const openSagas = createOpenSagas(databaseUrl);
  const watch = <P extends Methods<P>>(port: string, adapter: P, maxPerS?: number): P =>
    watched(adapter, { port, maxPerS, record: metrics.recordPortCall });
  const { limits } = config;
  // Each role does what its database role may: asking for an operation is the API's.
  const requests = createStore({ databaseUrl, role: 'tenure_api', sealingKey });
  const reconcile = createReconcileStore({ databaseUrl });
  const census = createTemporalCensus(temporal);
  const ids = systemIds;
  return {
    operations: store.operations,
    tenants: store.tenants,
    commits: store.commits,
    secrets: store.secrets,
    invitations: store.invitations,
    domains: store.domains,
    challenges: createDomainChallenges(sealingKey),
    domainProof: watch('domain-proof', composeDomainProof(config)),
    offboarding: store.offboarding,
    factLog,
    exports: composeExports(config),
    tokens: createInvitationTokens(sealingKey),
    publicUrl: config.service.publicUrl,
    store: store.probe,
    engine,
    metrics,
    identity: {
      silo: watch('identity', identity.silo),
      pool: watch('identity', identity.pool),
    },
    ...{ reconcile, census, accept: { ...requests, clock: systemClock, ids } },
    mailCatcher,
    dns: watch('dns', composeDns(config), limits.dns),
    routes: watch('routes', composeRoutes(config), limits.routes),
    databases: watch('tenant-database', composeDatabases(config, store.secrets), limits.databases),
    notifier: watch('notifier', composeNotifier(config, options.writeNotice), limits.notifier),
    clock: systemClock,
    ids,
    log: { log: config.facts.logOrigin },
    sagaKeys,
    openSagas,
    temporal: workerTargetOf(config, dataConverter),
    assureTemporal: async () => {
      await assureTemporal(temporal);
      await assureSchedule(temporal);
    },
    readManifests,
    close: async () => {
      const stores = [store, requests, reconcile, sharedUsers, sagaKeys, openSagas, factLog];
      await Promise.all([...stores, engine, census].map((one) => one.close()));
      await close();
    },
  };
}
