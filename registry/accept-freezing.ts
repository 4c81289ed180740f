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
  const asked = { kind: 'freezeTenant', input: { reason } } as const;
  return acceptOnTenant(ports, request, asked, ({ state }) => {
    if (state === 'frozen') return { outcome: 'tenant-frozen' };
    const isGone = state === 'archived' || state === 'failed';
    return isGone ? { outcome: 'tenant-state' } : undefined;
  });
}

/** Accepts an `unfreezeTenant`. What an offboarding froze, its revocation gives back. */
export function acceptUnfreeze(
  ports: AcceptPorts,
  request: UnfreezeRequest,
): Promise<AcceptResult> {
  const asked = { kind: 'unfreezeTenant', input: {} } as const;
  return acceptOnTenant(ports, request, asked, ({ state, offboarding }) => {
    if (state !== 'frozen') return { outcome: 'tenant-not-frozen' };
    return offboarding === null ? undefined : { outcome: 'tenant-leaving', by: offboarding };
  });
}

/** Accepts what the tenant's state allows, and nobody else is at. */
export async function acceptOnTenant(
  ports: AcceptPorts,
  request: UnfreezeRequest,
  asked: Pick<Operation, 'kind' | 'input'>,
  refuse: (tenant: Tenant) => AcceptResult | undefined,
): Promise<AcceptResult> {
  const { operations, tenants, ids, clock } = ports;
  const { tenant: id, actor } = request;
  const keyed = idempotencyOf(request, { tenant: id, ...asked });
  // Before the state is read: one that somebody is changing is none to answer by.
  const by = await operations.findLockHolder(id);
  if (by !== undefined) return unlessReplayed(operations, keyed, { outcome: 'tenant-busy', by });
  const tenant = await tenants.findTenant(id);
  if (tenant === undefined) return { outcome: 'tenant-not-found' };
  const refusal = refuse(tenant);
  if (refusal !== undefined) return unlessReplayed(operations, keyed, refusal);
  return operations.accept({
    operation: { id: ids.uuid(), tenant: id, actor, ...asked },
    secrets: new Map(),
    ...keyed,
    nowMs: clock.nowMs(),
  });
}
