import { createFactReader } from '../adapters/postgres/fact-log.ts';
import { createReconcileStore } from '../adapters/postgres/reconcile-store.ts';
import { createStore } from '../adapters/postgres/store.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { createDomainChallenges } from '../adapters/system/domain-challenges.ts';
import { domainNames } from '../adapters/system/domain-names.ts';
import { systemIds } from '../adapters/system/ids.ts';
import { createTemporalEngine } from '../adapters/temporal/engine.ts';
import type { SagaTiming } from '../domain/saga-timing.ts';
import type { Config } from './config/load.ts';
import { composeLogin } from './identity.ts';
import { composeExports } from './outside.ts';
import { engineOf, sealingKeyOf, seedsOf } from './options.ts';
import { composeSealing } from './sealing.ts';

/** All adapters of the API's process. Nothing is connected before it is used. */
export function composeApi(config: Config, timing: Omit<SagaTiming, 'settleMs'>) {
  const databaseUrl = config.database.url.reveal();
  const sealingKey = sealingKeyOf(config);
  const store = createStore({ databaseUrl, role: 'tenure_api', sealingKey });
  const facts = createFactReader({ databaseUrl });
  const reconcile = createReconcileStore({ databaseUrl });
  // Until the access issue every caller of the API is an operator.
  const { dataConverter, openPayloads, keys } = composeSealing(config, 'tenure_operator');
  const engine = createTemporalEngine({ ...engineOf(config, timing), dataConverter });
  return {
    operations: store.operations,
    tenants: store.tenants,
    secrets: store.secrets,
    invitations: store.invitations,
    domains: store.domains,
    challenges: createDomainChallenges(sealingKey),
    names: domainNames,
    login: composeLogin(config),
    sales: store.sales,
    exports: composeExports(config),
    store: store.probe,
    facts,
    log: facts,
    planes: facts,
    reconcile,
    logOrigin: config.facts.logOrigin,
    engine,
    openPayloads,
    clock: systemClock,
    ids: systemIds,
    domain: config.service.tenantDomain,
    seeds: seedsOf(config),
    close: async () => {
      await Promise.all([store, facts, reconcile, engine, keys].map((one) => one.close()));
    },
  };
}
