import { sql } from 'drizzle-orm';
import { boolean, check, pgTable, text } from 'drizzle-orm/pg-core';
import { count } from '../columns.ts';

/**
 * One row: where the log goes on, the fence number of the leader that may write it, and the version
 * of the key set by which it signs (0: none yet).
 */
export const logHead = pgTable(
  'log_head',
  {
    only: boolean('only').primaryKey(),
    nextIndex: count('next_index').notNull(),
    fence: count('fence').notNull(),
    keySet: count('key_set').notNull().default(0),
    /** The newest of the key set, in which facts are made now: commits read it here. */
    epoch: count('epoch').notNull().default(1),
    /** Of the database, the last that was compared with what was said outside; empty: none. */
    incarnation: text('incarnation').notNull().default(''),
  },
  (table) => [check('log_head_one_row', sql`${table.only}`)],
);
