import { acceptOnTenant, type UnfreezeRequest } from './accept-freezing.ts';
import type { AcceptPorts, AcceptResult } from './accept.ts';

/**
 * Accepts an `offboardTenant`. A tenant that is being provisioned is busy, which the lock says; one
 * that leaves already says by which operation.
 */
export function acceptOffboarding(
  ports: AcceptPorts,
  request: UnfreezeRequest,
): Promise<AcceptResult> {
  const asked = { kind: 'offboardTenant', input: {} } as const;
  return acceptOnTenant(ports, request, asked, ({ state, offboarding }) => {
    if (state === 'archived' || state === 'failed') return { outcome: 'tenant-state' };
    return offboarding === null ? undefined : { outcome: 'tenant-leaving', by: offboarding };
  });
}
