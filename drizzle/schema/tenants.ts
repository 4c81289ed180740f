import { sql } from 'drizzle-orm';
import { boolean, index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { Isolation } from '../../domain/isolation.ts';
import type { Tenant, TenantState } from '../../domain/tenant.ts';
import { instant } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';

/**
 * A tenant's row reserves its slug and its host as long as it has not failed, and for a time after
 * it was archived: neither routers nor name servers keep them unique.
 */
export const tenants = pgTable(
  'tenants',
  {
    id: uuid('id').primaryKey(),
    slug: text('slug').notNull(),
    host: text('host').notNull(),
    displayName: text('display_name').notNull(),
    state: text('state').$type<TenantState>().notNull(),
    isolation: text('isolation').$type<Isolation>().notNull(),
    plan: text('plan').notNull(),
    demo: boolean('demo').notNull(),
    issuer: text('issuer'),
    databaseUrl: text('database_url'),
    createdAt: instant('created_at').notNull(),
    /** Set while it is frozen: what unfreezing gives back. */
    stateBefore: text('state_before').$type<Tenant['stateBefore']>(),
    /** The operation that offboards it, or did. */
    offboarding: uuid('offboarding'),
    archivedAt: instant('archived_at'),
    /** False: archived for so long that another tenant may have its slug and host. */
    holdsSlug: boolean('holds_slug').notNull().default(true),
  },
  (table) => [
    uniqueIndex('tenants_slug_reserved')
      .on(table.slug)
      .where(sql`${table.state} <> 'failed' and ${table.holdsSlug}`),
    uniqueIndex('tenants_host_reserved')
      .on(table.host)
      .where(sql`${table.state} <> 'failed' and ${table.holdsSlug}`),
    index('tenants_by_age').on(table.createdAt, table.id),
    ...tenantPolicies(table.id),
  ],
);
