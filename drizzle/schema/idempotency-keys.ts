import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from '../columns.ts';

/**
 * Answers that were given already, by caller. No row policy by tenant: a replay is looked up before
 * it is known which tenant the first request made.
 */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    caller: text('caller').notNull(),
    route: text('route').notNull(),
    key: text('key').notNull(),
    /** SHA-256 of the canonical request, hex. */
    requestHash: text('request_hash').notNull(),
    operation: uuid('operation').notNull(),
    operationTenant: uuid('operation_tenant').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.caller, table.route, table.key] })],
);
