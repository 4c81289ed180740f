import { pgTable, text } from 'drizzle-orm/pg-core';

/** The newest note of each kind that the log key and the time key signed. */
export const logNotes = pgTable('log_notes', {
  kind: text('kind', { enum: ['checkpoint', 'heartbeat', 'state'] }).primaryKey(),
  note: text('note').notNull(),
});
