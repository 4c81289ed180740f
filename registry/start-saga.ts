import { membershipChangeOf } from '../domain/membership-change.ts';
import type { SagaWay } from '../domain/saga-protocol.ts';
import type { Operation, OperationStore, TenantReader } from '../ports/registry-store.ts';
import type { SagaEngine } from '../ports/saga-engine.ts';

export interface StartPorts {
  readonly operations: Pick<OperationStore, 'markStarted'>;
  readonly tenants: Pick<TenantReader, 'findTenant'>;
  readonly engine: Pick<SagaEngine, 'start'>;
}

/** Starts the saga of an accepted operation. Idempotent; rejects with `SagaEngineError`. */
export async function startSaga(ports: StartPorts, operation: Operation): Promise<void> {
  const { id, kind, tenant } = operation;
  const slug = (await ports.tenants.findTenant(tenant))?.slug ?? tenant;
  const way = wayOf(operation);
  await ports.engine.start({ operation: id, kind, tenant, slug, ...(way && { way }) });
  await ports.operations.markStarted(id);
}

/** A closed code: all that the saga itself is told of what was asked. */
function wayOf({ kind, input }: Operation): SagaWay | undefined {
  return kind === 'changeMembership' ? (membershipChangeOf(input).change ?? 'roles') : undefined;
}
