import { pgTable } from 'drizzle-orm/pg-core';
import { bytes, count, tenantColumn } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';

/**
 * Head of each tenant's chain: last `seq` and its leaf hash, 0 and 32 zero bytes at first. Locking
 * the row puts commits of one tenant into one order. Made with the reservation; the platform
 * tenant's by a migration.
 */
export const tenantHeads = pgTable(
  'tenant_heads',
  {
    tenant: tenantColumn().primaryKey(),
    seq: count('seq').notNull(),
    hash: bytes('hash').notNull(),
  },
  (table) => tenantPolicies(table.tenant),
);
