import { sql } from 'drizzle-orm';
import { index, pgTable } from 'drizzle-orm/pg-core';
import { bytes, count, instant } from '../columns.ts';

/** Nodes of the state tree: files that never change, named by their hashes. */
export const stateNodes = pgTable(
  'state_nodes',
  {
    hash: bytes('hash').primaryKey(),
    /** Compressed, as it is served. */
    file: bytes('file').notNull(),
    /** In which it was written last. */
    round: count('round').notNull(),
    /** Since when no newest note needs it. */
    droppedAt: instant('dropped_at'),
  },
  (table) => [
    index('state_nodes_round').on(table.round),
    index('state_nodes_dropped')
      .on(table.droppedAt)
      .where(sql`${table.droppedAt} is not null`),
  ],
);
