import type { SagaCount } from './metrics.ts';

/** How many sagas are open, over all tenants; names none of them. */
export interface OpenSagas {
  count(): Promise<readonly SagaCount[]>;
}
