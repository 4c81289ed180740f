import { createReconcileStore } from '../../adapters/postgres/reconcile-store.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { createTemporalCensus } from '../../adapters/temporal/census.ts';
import { createTemporalEngine } from '../../adapters/temporal/engine.ts';
import type { SagaTiming } from '../../domain/saga-timing.ts';
import { SEALING_KEY } from '../adapters/postgres/registry-database.ts';

interface DoctorTarget {
  readonly databaseUrl: string;
  readonly address: string;
  readonly namespace: string;
  readonly timing: SagaTiming;
}

/** What the doctor needs beside the ports of the other sagas. */
export function doctorPorts({ databaseUrl, address, namespace, timing }: DoctorTarget) {
  const temporal = { address, namespace, tls: false, apiKey: undefined };
  const store = { databaseUrl, role: 'tenure_api', sealingKey: SEALING_KEY } as const;
  const requests = createStore({ ...store, maxConnections: 2 });
  const reconcile = createReconcileStore({ databaseUrl });
  const census = createTemporalCensus(temporal);
  const engine = createTemporalEngine({ ...temporal, timing });
  return {
    ports: {
      ...{ reconcile, census, engine },
      accept: { ...requests, clock: systemClock, ids: systemIds },
    },
    close: async () => {
      await Promise.all([requests, reconcile, census, engine].map((one) => one.close()));
    },
  };
}
