import type { ReconcileInput } from '../domain/reconcile/input.ts';
import { isThere } from '../domain/reconcile/plan.ts';
import { PLATFORM_TENANT } from '../facts/core/types.ts';
import {
  idempotencyOf,
  unlessReplayed,
  type AcceptCaller,
  type AcceptPorts,
  type AcceptResult,
} from './accept.ts';

export interface ReconcileRequest extends AcceptCaller, ReconcileInput {
  readonly tenant: string;
  /** Given by who must not mint another one when it repeats. */
  readonly operation?: string;
}

/** Accepts a `reconcileTenant`: of a tenant that has its objects outside, and is not busy. */
export async function acceptReconcile(
  ports: AcceptPorts,
  request: ReconcileRequest,
): Promise<AcceptResult> {
  const { tenant: id, repair } = request;
  const keyed = idempotencyOf(request, { tenant: id, repair });
  const tenant = await ports.tenants.findTenant(id);
  const refusal =
    tenant === undefined
      ? ({ outcome: 'tenant-not-found' } as const)
      : isThere(tenant)
        ? undefined
        : ({ outcome: 'tenant-state' } as const);
  if (refusal !== undefined) return unlessReplayed(ports.operations, keyed, refusal);
  return accept(ports, 'reconcileTenant', request, keyed);
}

/** Accepts a `reconcileAll`, one at a time: it holds the lock of the platform tenant. */
export function acceptReconcileAll(
  ports: Omit<AcceptPorts, 'tenants'>,
  request: Omit<ReconcileRequest, 'tenant'>,
): Promise<AcceptResult> {
  const keyed = idempotencyOf(request, { repair: request.repair });
  return accept(ports, 'reconcileAll', { ...request, tenant: PLATFORM_TENANT }, keyed);
}

function accept(
  { operations, ids, clock }: Omit<AcceptPorts, 'tenants'>,
  kind: 'reconcileTenant' | 'reconcileAll',
  { tenant, actor, repair, operation }: ReconcileRequest,
  keyed: ReturnType<typeof idempotencyOf>,
): Promise<AcceptResult> {
  return operations.accept({
    operation: { id: operation ?? ids.uuid(), kind, tenant, actor, input: { repair } },
    secrets: new Map(),
    ...keyed,
    nowMs: clock.nowMs(),
  });
}
