import { jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { tenantColumn } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';

/** Idempotency of commits: (operation, step) happens once. */
export const commits = pgTable(
  'commits',
  {
    operation: uuid('operation').notNull(),
    step: text('step').notNull(),
    tenant: tenantColumn(),
    /** SHA-256 of the command, hex. */
    commandHash: text('command_hash').notNull(),
    facts: jsonb('facts').$type<{ id: string; tenant: string; seq: number }[]>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.operation, table.step] }),
    ...tenantPolicies(table.tenant),
  ],
);
