import type { ClientBase } from 'pg';
import { normaliseEmail } from '../../domain/email.ts';
import { MAX_PENDING_INVITATIONS } from '../../domain/invitation.ts';
import type { AcceptRequest } from '../../ports/registry-store.ts';

/**
 * False: the tenant has as many pending ones as it may have, and nothing was written. Its requests
 * count one after the other, or two at once would both be the last that may. A pending one of that
 * address violates `invitations_pending_email`.
 */
export async function insertInvitation(
  client: ClientBase,
  { operation: { id, tenant }, nowMs }: AcceptRequest,
  { member, email, roles }: NonNullable<AcceptRequest['newInvitation']>,
): Promise<boolean> {
  const [, { rowCount }] = await Promise.all([
    client.query({
      name: 'lock_inviting',
      text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
      values: [JSON.stringify(['invite', tenant])],
    }),
    client.query({
      name: 'insert_invitation',
      text: `insert into invitations (tenant, id, member, email, email_key, roles, state, invited_at)
             select $1, $2, $3, $4, $5, $6::text[], 'pending', $7
             where (select count(*) from invitations where tenant = $1 and state = 'pending') < $8`,
      values: [
        ...[tenant, id, member, email, normaliseEmail(email), roles, new Date(nowMs)],
        MAX_PENDING_INVITATIONS,
      ],
    }),
  ]);
  return rowCount === 1;
}
