import { afterAll, beforeAll } from '@jest/globals';
import {
  accepted,
  provisionRequest,
  registryDatabase,
  type RegistryDatabase,
} from '../adapters/postgres/registry-database.ts';
import { salesStoreContract } from './sales-store.ts';

let registry: RegistryDatabase;
beforeAll(async () => {
  registry = await registryDatabase();
});
afterAll(() => registry?.close());

salesStoreContract('rows in Postgres', async () => {
  const { operations, sales } = registry.api;
  const ours = await accepted(operations, provisionRequest());
  const theirs = await accepted(operations, provisionRequest());
  return { store: sales, tenants: [ours.tenant, theirs.tenant] };
});
