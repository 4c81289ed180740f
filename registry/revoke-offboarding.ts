import { REVOKE } from '../domain/offboarding.ts';
import type { Operation, OperationStore, TenantReader } from '../ports/registry-store.ts';
import type { SagaEngine } from '../ports/saga-engine.ts';

export interface RevokePorts {
  readonly operations: Pick<OperationStore, 'findOperation' | 'findLockHolder'>;
  readonly tenants: Pick<TenantReader, 'findTenant'>;
  readonly engine: Pick<SagaEngine, 'update'>;
}

/**
 * The offboarding that works on the tenant, or waits for its end; undefined: none does. Before its
 * freeze is committed the lock alone tells.
 */
export async function findOffboarding(
  { operations, tenants }: Omit<RevokePorts, 'engine'>,
  id: string,
): Promise<Operation | undefined> {
  const tenant = await tenants.findTenant(id);
  if (tenant === undefined || tenant.state === 'archived') return undefined;
  const known = tenant.offboarding ?? (await operations.findLockHolder(id));
  const operation = known === undefined ? undefined : await operations.findOperation(known);
  return operation?.kind === 'offboardTenant' ? operation : undefined;
}

/**
 * Gives the tenant its state back, object by object. `key`: the same again is one message. Rejects
 * with `SagaEngineError` when the saga does not hear it, or when its retention is over.
 */
export async function revokeOffboarding(
  { engine }: Pick<RevokePorts, 'engine'>,
  { id, kind }: Operation,
  key: string,
): Promise<void> {
  await engine.update(id, kind, { name: REVOKE, told: { operation: id }, id: key });
}
