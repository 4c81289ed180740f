import { sql } from 'drizzle-orm';
import { pgTable } from 'drizzle-orm/pg-core';
import { bytes, instant, tenantColumn } from '../columns.ts';
import { forTenant, tenantPolicies } from '../policies.ts';
import { sequencer } from '../roles.ts';

/**
 * The key that seals what the sagas of a tenant tell Temporal. The row stays when the key is
 * destroyed: no new key may take its place.
 */
export const sagaKeys = pgTable(
  'saga_keys',
  {
    tenant: tenantColumn().primaryKey(),
    /** Sealed as in `secrets`; null: destroyed, and all that it had sealed with it. */
    sealed: bytes('sealed'),
    madeAt: instant('made_at')
      .notNull()
      .default(sql`now()`),
    /** To be destroyed when the tenant's last saga has ended. */
    condemnedAt: instant('condemned_at'),
  },
  (table) => [...tenantPolicies(table.tenant), forTenant(sequencer, table.tenant)],
);
