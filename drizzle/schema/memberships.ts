import { index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { MembershipState } from '../../domain/membership.ts';
import { tenantColumn } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';
import { tenants } from './tenants.ts';

export const memberships = pgTable(
  'memberships',
  {
    tenant: tenantColumn().references(() => tenants.id),
    id: uuid('id').notNull(),
    state: text('state').$type<MembershipState>().notNull(),
    /** Both or none: bound when the invitation is accepted. */
    issuer: text('issuer'),
    sub: text('sub'),
    roles: text('roles').array().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    // Across tenants: who else counts on a user of the pool.
    index('memberships_by_identity').on(table.issuer, table.sub),
    ...tenantPolicies(table.tenant),
  ],
);
