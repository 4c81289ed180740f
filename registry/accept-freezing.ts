import type { FreezeTenant } from '../domain/freezing.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Operation } from '../ports/registry-store.ts';
import {
  idempotencyOf,
  unlessReplayed,
  type AcceptCaller,
  type AcceptPorts,
  type AcceptResult,
} from './accept.ts';

export interface UnfreezeRequest extends AcceptCaller {
  readonly tenant: string;
}

export type FreezeRequest = UnfreezeRequest & FreezeTenant;

/**
 * Accepts a `freezeTenant`. A tenant that is being provisioned, or unfrozen, is busy, which the
 * lock says; the rule decides again in the commit.
 */
export function acceptFreeze(ports: AcceptPorts, request: FreezeRequest): Promise<AcceptResult> {
  const { reason } = request;
  return accept(ports, request, { kind: 'freezeTenant', input: { reason } }, ({ state }) => {
    if (state === 'frozen') return 'tenant-frozen';
    return state === 'archived' || state === 'failed' ? 'tenant-state' : undefined;
  });
}

/** Accepts an `unfreezeTenant`. */
export function acceptUnfreeze(
  ports: AcceptPorts,
  request: UnfreezeRequest,
): Promise<AcceptResult> {
  return accept(ports, request, { kind: 'unfreezeTenant', input: {} }, ({ state }) =>
    state === 'frozen' ? undefined : 'tenant-not-frozen',
  );
}

type Refusal = 'tenant-frozen' | 'tenant-not-frozen' | 'tenant-state';

async function accept(
  ports: AcceptPorts,
  request: UnfreezeRequest,
  asked: Pick<Operation, 'kind' | 'input'>,
  refuse: (tenant: Tenant) => Refusal | undefined,
): Promise<AcceptResult> {
  const { operations, tenants, ids, clock } = ports;
  const { tenant: id, actor } = request;
  const keyed = idempotencyOf(request, { tenant: id, ...asked });
  // Before the state is read: one that somebody is changing is none to answer by.
  const by = await operations.findLockHolder(id);
  if (by !== undefined) return unlessReplayed(operations, keyed, { outcome: 'tenant-busy', by });
  const tenant = await tenants.findTenant(id);
  if (tenant === undefined) return { outcome: 'tenant-not-found' };
  const outcome = refuse(tenant);
  if (outcome !== undefined) return unlessReplayed(operations, keyed, { outcome });
  return operations.accept({
    operation: { id: ids.uuid(), tenant: id, actor, ...asked },
    secrets: new Map(),
    ...keyed,
    nowMs: clock.nowMs(),
  });
}
