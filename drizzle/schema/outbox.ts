import { bigserial, pgTable, unique, uuid } from 'drizzle-orm/pg-core';
import { bytes, count, tenantColumn } from '../columns.ts';
import { factPolicies } from '../policies.ts';

/**
 * Committed facts that are not signed yet. `id` is drawn under the head lock, so a batch of the
 * oldest rows never splits a tenant's order (DESIGN 4.4).
 */
export const outbox = pgTable(
  'outbox',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    fact: uuid('fact').notNull().unique('outbox_fact_once'),
    tenant: tenantColumn(),
    seq: count('seq').notNull(),
    leafHash: bytes('leaf_hash').notNull(),
    payload: bytes('payload').notNull(),
  },
  (table) => [unique('outbox_seq_once').on(table.tenant, table.seq), ...factPolicies(table.tenant)],
);
