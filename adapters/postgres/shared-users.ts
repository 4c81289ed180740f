import { normaliseEmail } from '../../domain/email.ts';
import type { SharedUsers } from '../../ports/shared-users.ts';
import type { Closing } from './fact-log.ts';
import { openPool } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** Asked when a tenant leaves the pool. */
const MAX_CONNECTIONS = 1;

/** What an archived tenant had is erased, and what a failed one asked for is nobody's wish. */
const NEEDED = `
  select sub
  from unnest($2::text[], $3::text[], $4::text[]) as asked (issuer, sub, email)
  where exists (
    select from memberships join tenants on tenants.id = memberships.tenant
    where memberships.issuer = asked.issuer and memberships.sub = asked.sub
      and tenants.id <> $1 and tenants.state not in ('failed', 'archived'))
  or exists (
    select from invitations join tenants on tenants.id = invitations.tenant
    where invitations.email_key = asked.email and (invitations.state = 'pending'
        or invitations.state = 'accepted' and invitations.settled_at is null)
      and tenants.id <> $1 and tenants.state not in ('failed', 'archived'))`;

/** Across tenants, in role `tenure_operator`. */
export function createSharedUsers(options: {
  readonly databaseUrl: string;
}): SharedUsers & Closing {
  const pool = openPool({ ...options, role: 'tenure_operator', maxConnections: MAX_CONNECTIONS });
  return {
    neededBeside: (tenant, users) =>
      inTransaction(pool, {}, async ({ client }) => {
        const { rows } = await client.query<{ sub: string }>(NEEDED, [
          ...[tenant, users.map(({ issuer }) => issuer), users.map(({ sub }) => sub)],
          users.map(({ email }) => (email === undefined ? null : normaliseEmail(email))),
        ]);
        return new Set(rows.map(({ sub }) => sub));
      }),
    close: () => pool.end(),
  };
}
