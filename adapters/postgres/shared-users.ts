import { normaliseEmail } from '../../domain/email.ts';
import type { SharedUsers } from '../../ports/shared-users.ts';
import type { Closing } from './fact-log.ts';
import { OPEN_MOVE } from './open-move.ts';
import { openPool } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** Asked when a tenant leaves the pool. */
const MAX_CONNECTIONS = 1;

/**
 * What an archived tenant had is erased, and what a failed one asked for is nobody's wish. Whom a
 * silo has invited has a user in its own realm, but where the silo is on its way into the pool.
 */
const NEEDED = `
  with asked as (
    select * from unnest($2::text[], $3::text[], $4::text[]) as asked (issuer, sub, email)
  ), others as (
    select id, isolation from tenants where id <> $1 and state not in ('failed', 'archived')
  )
  select asked.sub from asked
    join memberships on memberships.issuer = asked.issuer and memberships.sub = asked.sub
    join others on others.id = memberships.tenant
  union
  select asked.sub from asked
    join invitations on invitations.email_key = asked.email and (invitations.state = 'pending'
      or invitations.state = 'accepted' and invitations.settled_at is null)
    join others on others.id = invitations.tenant
  where others.isolation = 'pool' or exists (
    select from operations where operations.tenant = others.id and ${OPEN_MOVE})`;

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
