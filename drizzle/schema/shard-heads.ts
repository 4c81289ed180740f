import { pgTable, smallint } from 'drizzle-orm/pg-core';
import { bytes, count } from '../columns.ts';

/** The 256 shard heads: count of lines and running hash of their leaf hashes (DESIGN 4.5). */
export const shardHeads = pgTable('shard_heads', {
  shard: smallint('shard').primaryKey(),
  position: count('position').notNull(),
  hash: bytes('hash').notNull(),
});
