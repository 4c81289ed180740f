import { bigserial, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant, tenantColumn } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';

/** Who changed what, when and by which operation; no personal data. */
export const audit = pgTable(
  'audit',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    tenant: tenantColumn(),
    operation: uuid('operation').notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    target: text('target').notNull(),
    detail: jsonb('detail').$type<Record<string, unknown>>().notNull(),
    at: instant('at').notNull(),
  },
  (table) => [index('audit_by_tenant').on(table.tenant, table.id), ...tenantPolicies(table.tenant)],
);
