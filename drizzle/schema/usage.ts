import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { count, instant, tenantColumn } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';
import { tenants } from './tenants.ts';

/** How much of each limit a tenant uses, as the plane that counts it said last. */
export const usage = pgTable(
  'usage',
  {
    tenant: tenantColumn().references(() => tenants.id),
    product: text('product').notNull(),
    limit: text('limit_name').notNull(),
    used: count('used').notNull(),
    reportedAt: instant('reported_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.product, table.limit] }),
    ...tenantPolicies(table.tenant),
  ],
);
