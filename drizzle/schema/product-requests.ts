import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { RequestState } from '../../domain/sales.ts';
import { instant, tenantColumn } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';
import { tenants } from './tenants.ts';

/** What customers asked for beside their plan, and what became of it. */
export const productRequests = pgTable(
  'product_requests',
  {
    id: uuid('id').primaryKey(),
    tenant: tenantColumn().references(() => tenants.id),
    product: text('product').notNull(),
    state: text('state').$type<RequestState>().notNull(),
    limits: jsonb('limits').$type<Record<string, number>>().notNull(),
    requestedBy: text('requested_by').notNull(),
    requestedAt: instant('requested_at').notNull(),
    answeredAt: instant('answered_at'),
  },
  (table) => [
    /** One at a time: the second would ask the same. */
    uniqueIndex('product_requests_pending')
      .on(table.tenant, table.product)
      .where(sql`${table.state} = 'pending'`),
    index('product_requests_by_tenant').on(table.tenant, table.requestedAt, table.id),
    ...tenantPolicies(table.tenant),
  ],
);
