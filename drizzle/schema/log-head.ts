import { sql } from 'drizzle-orm';
import { boolean, check, pgTable } from 'drizzle-orm/pg-core';
import { count } from '../columns.ts';

/** One row: where the log goes on, and the fence number of the leader that may write it. */
export const logHead = pgTable(
  'log_head',
  {
    only: boolean('only').primaryKey(),
    nextIndex: count('next_index').notNull(),
    fence: count('fence').notNull(),
  },
  (table) => [check('log_head_one_row', sql`${table.only}`)],
);
