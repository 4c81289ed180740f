import { sql } from 'drizzle-orm';
import { index, pgPolicy, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { DomainState } from '../../domain/custom-domain.ts';
import { instant, tenantColumn } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';
import { worker } from '../roles.ts';
import { tenants } from './tenants.ts';

/** Claims to names, also those that ended. `id` is that of the operation. */
export const domains = pgTable(
  'domains',
  {
    tenant: tenantColumn().references(() => tenants.id),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    state: text('state').$type<DomainState>().notNull(),
    claimedAt: instant('claimed_at').notNull(),
    provenAt: instant('proven_at'),
    endedAt: instant('ended_at'),
    /** The claim that it was lost to. */
    lostTo: uuid('lost_to'),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    // Routers do not keep hosts unique: this does, over all tenants.
    uniqueIndex('domains_owned_name')
      .on(table.name)
      .where(sql`${table.state} in ('proven', 'active', 'removing')`),
    uniqueIndex('domains_open_name')
      .on(table.tenant, table.name)
      .where(sql`${table.state} in ('claimed', 'proven', 'active', 'removing')`),
    index('domains_by_age').on(table.tenant, table.claimedAt, table.id),
    index('domains_lost_to')
      .on(table.lostTo)
      .where(sql`${table.lostTo} is not null`),
    ...tenantPolicies(table.tenant),
    // Whose a name is, and who lost it: the worker asks before it knows a tenant.
    pgPolicy('tenure_worker_owners', {
      as: 'permissive',
      for: 'select',
      to: worker,
      using: sql`${table.state} in ('proven', 'active', 'removing', 'lost')`,
    }),
  ],
);
