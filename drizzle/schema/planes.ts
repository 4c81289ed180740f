import { pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from '../columns.ts';

/** Data planes whose receipts are taken (facts-v1, "Receipts"). */
export const planes = pgTable('planes', {
  name: text('name').primaryKey(),
  /** As a note key. */
  key: text('key').notNull(),
  addedAt: instant('added_at').notNull(),
});
