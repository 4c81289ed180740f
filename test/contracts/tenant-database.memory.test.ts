import { createMemoryTenantDatabase } from '../../adapters/memory/tenant-database.ts';
import { tenantDatabaseContract } from './tenant-database.ts';

tenantDatabaseContract('memory', async () => {
  const databases = createMemoryTenantDatabase();
  return {
    databases,
    plant: async (tenant, state) => databases.plant(tenant, state),
    look: async (tenant) => {
      const entry = databases.find(tenant);
      return entry && { used: entry.used, mark: entry.owner };
    },
    ways: {},
    nameOf: (tenant) => tenant,
    use: 'not to be used because it is a name only',
    withWrongCredentials: 'no credentials because it is no server',
    unreachable: 'always there because it is no server',
    close: async () => undefined,
  };
});
