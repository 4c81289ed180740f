import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { TrialState } from '../../domain/sales.ts';
import { instant, tenantColumn } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';
import { tenants } from './tenants.ts';

/** A tenant's trial: when it ends, or how it did. */
export const trials = pgTable(
  'trials',
  {
    tenant: tenantColumn()
      .primaryKey()
      .references(() => tenants.id),
    operation: uuid('operation').notNull(),
    provisionedBy: uuid('provisioned_by').notNull(),
    state: text('state').$type<TrialState>().notNull(),
    endsAt: instant('ends_at').notNull(),
  },
  (table) => tenantPolicies(table.tenant),
);
