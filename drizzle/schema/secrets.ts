import { sql } from 'drizzle-orm';
import { pgPolicy, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, instant, tenantColumn } from '../columns.ts';
import { byTenant, currentTenant, forTenant } from '../policies.ts';
import { api, worker } from '../roles.ts';

/**
 * Sealed values. The API stores those of a request and reads back the invite link alone; operators
 * see none.
 */
export const secrets = pgTable(
  'secrets',
  {
    tenant: tenantColumn(),
    name: text('name').notNull(),
    /** AES-256-GCM: nonce, ciphertext, tag; `adapters/postgres/sealing.ts` has the layout. */
    sealed: bytes('sealed').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.name] }),
    forTenant(worker, table.tenant),
    pgPolicy('tenure_api_stores', {
      as: 'permissive',
      for: 'insert',
      to: api,
      withCheck: byTenant(table.tenant),
    }),
    pgPolicy('tenure_api_shows_link', {
      as: 'permissive',
      for: 'select',
      to: api,
      using: sql`${table.tenant} = ${currentTenant} and ${table.name} = 'invite-link'`,
    }),
  ],
);
