import { afterAll, beforeAll } from '@jest/globals';
import { createFactReader } from '../../adapters/postgres/fact-log.ts';
import { registryDatabase } from '../adapters/postgres/registry-database.ts';
import type { RegistryDatabase } from '../adapters/postgres/registry-database.ts';
import { planeStoreContract } from './plane-store.ts';

let registry: RegistryDatabase;
let reader: ReturnType<typeof createFactReader>;
beforeAll(async () => {
  registry = await registryDatabase();
  reader = createFactReader({ databaseUrl: registry.databaseUrl });
});
afterAll(async () => {
  await reader?.close();
  await registry?.close();
});

planeStoreContract('rows in Postgres', async () => {
  await registry.admin.query('delete from planes');
  return reader;
});
