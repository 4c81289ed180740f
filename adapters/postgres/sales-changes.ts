import type { ClientBase } from 'pg';
import type { Change } from '../../domain/decision.ts';
import type { ProductRequest, Trial } from '../../domain/sales.ts';
import { StoreError } from '../../ports/registry-store.ts';
import { insertOperation } from './insert-operation.ts';

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

/** Rejects with `tenant-busy` when another operation holds the lock that it needs. */
export async function acceptFollowUp(
  client: ClientBase,
  { operation, atMs }: Of<'operation'>,
): Promise<void> {
  if (!(await insertOperation(client, operation, atMs)))
    throw new StoreError('tenant-busy', 'Another operation of the tenant is running.');
}
