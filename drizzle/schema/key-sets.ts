import { pgTable, text } from 'drizzle-orm/pg-core';
import { count } from '../columns.ts';

/** Versions 1, 2, 3 ... of the keys that readers trust, as signed notes. Never changed. */
export const keySets = pgTable('key_sets', {
  version: count('version').primaryKey(),
  note: text('note').notNull(),
});
