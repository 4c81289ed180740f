import type { ClientBase } from 'pg';
import { MAX_DOMAINS } from '../../domain/custom-domain.ts';
import type { AcceptRequest } from '../../ports/registry-store.ts';

/**
 * False: the tenant has as many names as it may have, and nothing was written. Its requests count
 * one after the other, or two at once would both be the last that may. One that it has already
 * violates `domains_open_name`.
 */
export async function insertDomain(
  client: ClientBase,
  { operation: { id, tenant }, nowMs }: AcceptRequest,
  { name }: NonNullable<AcceptRequest['newDomain']>,
): Promise<boolean> {
  const [, { rowCount }] = await Promise.all([
    client.query({
      name: 'lock_claiming',
      text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
      values: [JSON.stringify(['claim', tenant])],
    }),
    client.query({
      name: 'insert_domain',
      text: `insert into domains (tenant, id, name, state, claimed_at)
             select $1, $2, $3, 'claimed', $4
             where (select count(*) from domains where tenant = $1
               and state in ('claimed', 'proven', 'active', 'removing')) < $5`,
      values: [tenant, id, name, new Date(nowMs), MAX_DOMAINS],
    }),
  ]);
  return rowCount === 1;
}
