import { boolean, index, jsonb, pgTable, uuid } from 'drizzle-orm/pg-core';
import type { Found } from '../../domain/reconcile/report.ts';
import { instant, tenantColumn } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';
import { operations } from './operations.ts';

/** What the doctor found, and what became of it; one row for each of its operations. */
export const reconciliations = pgTable(
  'reconciliations',
  {
    operation: uuid('operation')
      .primaryKey()
      .references(() => operations.id),
    /** The platform's: a look at everything. */
    tenant: tenantColumn(),
    repair: boolean('repair').notNull(),
    findings: jsonb('findings').$type<Found[]>().notNull(),
    /** Operations on single tenants that a look at everything began. */
    begun: uuid('begun').array().notNull(),
    examinedAt: instant('examined_at').notNull(),
  },
  (table) => [
    index('reconciliations_by_tenant').on(table.tenant, table.examinedAt),
    ...tenantPolicies(table.tenant),
  ],
);
