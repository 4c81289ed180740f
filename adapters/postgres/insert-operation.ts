import type { ClientBase } from 'pg';
import { HOLDS_TENANT_LOCK } from '../../domain/operation.ts';
import type { AcceptRequest } from '../../ports/registry-store.ts';

/**
 * The row of an accepted operation; its saga is started by whoever looks for unstarted ones. False:
 * another operation holds the tenant's lock, which this one needs, and nothing was written.
 */
export async function insertOperation(
  client: ClientBase,
  { id, kind, tenant, actor, input }: AcceptRequest['operation'],
  acceptedAtMs: number,
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'insert_operation',
    text: `insert into operations (id, kind, tenant, actor, input, state, steps, holds_lock,
             accepted_at) values ($1, $2, $3, $4, $5, 'accepted', '[]', $7, $6)
           on conflict (tenant) where holds_lock do nothing`,
    values: [
      ...[id, kind, tenant, actor, JSON.stringify(input), new Date(acceptedAtMs)],
      HOLDS_TENANT_LOCK[kind],
    ],
  });
  return rowCount === 1;
}
