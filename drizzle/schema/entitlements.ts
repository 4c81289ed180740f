import { jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { tenantColumn } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';
import { tenants } from './tenants.ts';

export const entitlements = pgTable(
  'entitlements',
  {
    tenant: tenantColumn().references(() => tenants.id),
    product: text('product').notNull(),
    plan: text('plan').notNull(),
    limits: jsonb('limits').$type<Record<string, number>>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.product] }),
    ...tenantPolicies(table.tenant),
  ],
);
