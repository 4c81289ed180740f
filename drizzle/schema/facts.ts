import { pgTable, smallint, text, unique, uuid } from 'drizzle-orm/pg-core';
import { bytes, count, tenantColumn } from '../columns.ts';
import { factPolicies } from '../policies.ts';

/** The signed log. Rows are never changed or removed. */
export const facts = pgTable(
  'facts',
  {
    /** Position in the whole log, from 0 without gaps. */
    index: count('index').primaryKey(),
    shard: smallint('shard').notNull(),
    /** Position in the shard, from 1 without gaps. */
    position: count('position').notNull(),
    tenant: tenantColumn(),
    seq: count('seq').notNull(),
    id: uuid('id').notNull().unique('facts_id_once'),
    /** Verbatim: what was signed. */
    payload: bytes('payload').notNull(),
    leafHash: bytes('leaf_hash').notNull(),
    keyId: text('key_id').notNull(),
    signature: bytes('signature').notNull(),
  },
  (table) => [
    unique('facts_position_once').on(table.shard, table.position),
    unique('facts_seq_once').on(table.tenant, table.seq),
    ...factPolicies(table.tenant),
  ],
);
