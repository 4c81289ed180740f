import { sql } from 'drizzle-orm';
import { boolean, index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { OperationKind, SagaReason, SagaState, StepProgress } from '../../domain/operation.ts';
import { instant, tenantColumn } from '../columns.ts';
import { operationPolicies, tenantPolicies } from '../policies.ts';

/** One row per accepted request. `input` is where its personal data stays (DESIGN 4.2). */
export const operations = pgTable(
  'operations',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').$type<OperationKind>().notNull(),
    /** No foreign key: the platform tenant has operations, and no row. */
    tenant: tenantColumn(),
    actor: text('actor').notNull(),
    input: jsonb('input').$type<Record<string, unknown>>().notNull(),
    state: text('state').$type<SagaState>().notNull(),
    reason: jsonb('reason').$type<SagaReason>(),
    steps: jsonb('steps').$type<StepProgress[]>().notNull(),
    /** The tenant lock: one open operation per tenant (DESIGN 4.1). */
    holdsLock: boolean('holds_lock').notNull(),
    acceptedAt: instant('accepted_at').notNull(),
    /** By the database's clock, so that the starter's waiting does not hang on the API's. */
    recordedAt: instant('recorded_at').notNull().defaultNow(),
    endedAt: instant('ended_at'),
    /** Its saga is gone: what a step that is still under way would commit comes too late. */
    barred: boolean('barred').notNull().default(false),
  },
  (table) => [
    uniqueIndex('operations_tenant_lock')
      .on(table.tenant)
      .where(sql`${table.holdsLock}`),
    // The place that a move leaves behind is the one that the next would make.
    uniqueIndex('operations_open_move')
      .on(table.tenant)
      .where(sql`${table.kind} = 'moveTenant' and ${table.endedAt} is null`),
    index('operations_by_age').on(table.acceptedAt, table.id),
    index('operations_by_state').on(table.state, table.acceptedAt, table.id),
    index('operations_by_tenant').on(table.tenant, table.acceptedAt, table.id),
    ...tenantPolicies(table.tenant),
    ...operationPolicies(table.id, table.state),
  ],
);
