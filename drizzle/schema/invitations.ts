import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { InvitationState } from '../../domain/invitation.ts';
import { bytes, instant, tenantColumn } from '../columns.ts';
import { tenantPolicies } from '../policies.ts';
import { worker } from '../roles.ts';
import { tenants } from './tenants.ts';

/** The one place of invited addresses. `id` is that of the operation. */
export const invitations = pgTable(
  'invitations',
  {
    tenant: tenantColumn().references(() => tenants.id),
    id: uuid('id').notNull(),
    member: uuid('member').notNull(),
    email: text('email').notNull(),
    /** For comparing (`domain/email.ts`). */
    emailKey: text('email_key').notNull(),
    roles: text('roles').array().notNull(),
    state: text('state').$type<InvitationState>().notNull(),
    /** Which mailing's token is good: a late attempt of an older one changes nothing. */
    mailing: integer('mailing').notNull().default(0),
    /** Of the token; null before the first mail. */
    tokenHash: bytes('token_hash'),
    invitedAt: instant('invited_at').notNull(),
    expiresAt: instant('expires_at'),
    endedAt: instant('ended_at'),
    endedBy: text('ended_by'),
    /** Both or none: who accepted it. */
    issuer: text('issuer'),
    sub: text('sub'),
    /** Membership and facts say so too. */
    settledAt: instant('settled_at'),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    uniqueIndex('invitations_pending_email')
      .on(table.tenant, table.emailKey)
      .where(sql`${table.state} = 'pending'`),
    index('invitations_accepted_email')
      .on(table.tenant, table.emailKey)
      .where(sql`${table.state} = 'accepted'`),
    // Across tenants: who else counts on a user of the pool.
    index('invitations_open_email')
      .on(table.emailKey)
      .where(sql`${table.state} = 'pending' or ${table.settledAt} is null`),
    uniqueIndex('invitations_token').on(table.tenant, table.tokenHash),
    index('invitations_by_age').on(table.tenant, table.invitedAt, table.id),
    index('invitations_unsettled')
      .on(table.endedAt)
      .where(sql`${table.state} <> 'pending' and ${table.settledAt} is null`),
    ...tenantPolicies(table.tenant),
    // Whose saga was not told: the worker looks for them before it knows a tenant.
    pgPolicy('tenure_worker_unsettled', {
      as: 'permissive',
      for: 'select',
      to: worker,
      using: sql`${table.state} <> 'pending' and ${table.settledAt} is null`,
    }),
  ],
);
