import type { FreezeTenant } from '../domain/freezing.ts';
import { isEnded } from '../domain/operation.ts';
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
 * Accepts a `freezeTenant`. A tenant that is being provisioned is busy, which the lock says; the
 * rule decides again in the commit.
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
  const tenant = await tenants.findTenant(id);
  if (tenant === undefined) return { outcome: 'tenant-not-found' };
  const refusal = refuse(tenant);
  if (refusal !== undefined) {
    const by = await openFreeze(ports, id);
    const outcome =
      by === undefined ? { outcome: refusal } : ({ outcome: 'tenant-busy', by } as const);
    return unlessReplayed(operations, keyed, outcome);
  }
  return operations.accept({
    operation: { id: ids.uuid(), tenant: id, actor, ...asked },
    secrets: new Map(),
    ...keyed,
    nowMs: clock.nowMs(),
  });
}

/** Of a tenant's newest operations: the freeze that is still at work, whatever the state says. */
const NEWEST = 20;

async function openFreeze(
  { operations }: AcceptPorts,
  tenant: string,
): Promise<string | undefined> {
  const newest = await operations.listOperations({ tenant, limit: NEWEST });
  return newest.find(({ kind, state }) => kind === 'freezeTenant' && !isEnded(state))?.id;
}
