import type { ClientBase } from 'pg';
import type { Change } from '../../domain/decision.ts';
import { HOLDS_TENANT_LOCK } from '../../domain/operation.ts';
import type { ProductRequest, Trial } from '../../domain/sales.ts';
import { StoreError } from '../../ports/registry-store.ts';

type Of<T extends Change['type']> = Extract<Change, { type: T }>;

export async function removeEntitlement(
  client: ClientBase,
  { tenant, product }: Of<'entitlement-removed'>,
): Promise<void> {
  await client.query({
    name: 'remove_entitlement',
    text: 'delete from entitlements where tenant = $1 and product = $2',
    values: [tenant, product],
  });
}

export async function answerProductRequest(
  client: ClientBase,
  { tenant, id, state, limits }: ProductRequest,
): Promise<void> {
  const { rowCount } = await client.query({
    name: 'answer_product_request',
    text: `update product_requests set state = $3, limits = $4, answered_at = now()
           where tenant = $1 and id = $2`,
    values: [tenant, id, state, JSON.stringify(limits)],
  });
  if (rowCount !== 1) throw new Error(`product request ${id} is not there to be decided`);
}

export async function replaceTrial(
  client: ClientBase,
  { tenant, operation, provisionedBy, state, endsAtMs }: Trial,
): Promise<void> {
  await client.query({
    name: 'replace_trial',
    text: `insert into trials (tenant, operation, provisioned_by, state, ends_at)
           values ($1, $2, $3, $4, $5)
           on conflict (tenant) do update set operation = excluded.operation,
             state = excluded.state, ends_at = excluded.ends_at`,
    values: [tenant, operation, provisionedBy, state, new Date(endsAtMs)],
  });
}

/**
 * As an accepted request's row; its saga is started by whoever looks for unstarted ones. Rejects
 * with `tenant-busy` when another operation holds the lock that it needs.
 */
export async function acceptFollowUp(
  client: ClientBase,
  { operation, atMs }: Of<'operation'>,
): Promise<void> {
  const { id, kind, tenant, actor, input } = operation;
  const { rowCount } = await client.query({
    name: 'accept_follow_up',
    text: `insert into operations (id, kind, tenant, actor, input, state, steps, holds_lock,
             accepted_at) values ($1, $2, $3, $4, $5, 'accepted', '[]', $6, $7)
           on conflict (tenant) where holds_lock do nothing`,
    values: [
      ...[id, kind, tenant, actor, JSON.stringify(input), HOLDS_TENANT_LOCK[kind]],
      new Date(atMs),
    ],
  });
  if (rowCount !== 1)
    throw new StoreError('tenant-busy', 'Another operation of the tenant is running.');
}
