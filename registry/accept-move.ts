import type { Isolation } from '../domain/isolation.ts';
import { isOpen } from '../domain/refusals.ts';
import { acceptOnTenant, type UnfreezeRequest } from './accept-freezing.ts';
import type { AcceptPorts, AcceptResult } from './accept.ts';

export type MoveRequest = UnfreezeRequest & { readonly to: Isolation };

/**
 * Accepts a `moveTenant` of a tenant that is open. A frozen one stays where it is: what a freeze
 * has switched off and marked is in the one place.
 */
export function acceptMove(ports: AcceptPorts, request: MoveRequest): Promise<AcceptResult> {
  const { to } = request;
  const asked = { kind: 'moveTenant', input: { to } } as const;
  return acceptOnTenant(ports, request, asked, (tenant) => {
    if (!isOpen(tenant)) return { outcome: 'tenant-state' };
    return tenant.isolation === to ? { outcome: 'isolation-same' } : undefined;
  });
}
