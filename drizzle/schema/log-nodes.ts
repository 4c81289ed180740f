import { pgTable, primaryKey, smallint } from 'drizzle-orm/pg-core';
import { bytes, count } from '../columns.ts';

/**
 * Complete nodes of the log's tree at the heights 8, 16, 24 ...: the tiles of level 1 and above.
 * Those of level 0 are the leaf hashes in `facts`.
 */
export const logNodes = pgTable(
  'log_nodes',
  {
    /** Level of the tile: a node of it covers 256^level leaves. */
    level: smallint('level').notNull(),
    index: count('index').notNull(),
    hash: bytes('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.level, table.index] })],
);
