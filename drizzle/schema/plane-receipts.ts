import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, count, instant } from '../columns.ts';
import { planes } from './planes.ts';

/** What planes said of how far they have come; kept for 30 days, so that "when" can be answered. */
export const planeReceipts = pgTable(
  'plane_receipts',
  {
    plane: text('plane')
      .notNull()
      .references(() => planes.name, { onDelete: 'cascade' }),
    at: instant('at').notNull(),
    epoch: count('epoch').notNull(),
    /** Every fact of the log below it, of these shards, is applied. */
    size: count('size').notNull(),
    /** 32 bytes: bit n from the left is shard n. */
    shards: bytes('shards').notNull(),
  },
  (table) => [primaryKey({ columns: [table.plane, table.at] })],
);
