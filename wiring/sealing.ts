import { createSagaKeys } from '../adapters/postgres/saga-keys.ts';
import type { SagaKeyOptions } from '../adapters/postgres/saga-keys.ts';
import { createSealedPayloads } from '../adapters/temporal/sealed-payloads.ts';
import type { Config } from './config/load.ts';
import { sealingKeyOf } from './options.ts';

/** What a process puts between its sagas and Temporal. On unless `dev`, or as it is configured. */
export function composeSealing(config: Config, role: SagaKeyOptions['role']) {
  const databaseUrl = config.database.url.reveal();
  const keys = createSagaKeys({ databaseUrl, role, sealingKey: sealingKeyOf(config) });
  const seals = config.temporal.seals ?? config.service.env !== 'dev';
  return { ...createSealedPayloads(keys, seals), keys };
}
