import type { Call } from '../ports/call.ts';
import type { LogIdentity } from '../registry/commit.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';

/**
 * The call of one attempt. The mark names the log, not `<log>/<epoch>`: what stood before a fork is
 * this registry's still.
 */
export function callOf(
  { log }: { readonly log: LogIdentity },
  { tenant, operation }: SagaRef,
  signal: AbortSignal,
): Call {
  return { owner: { registry: log.log, tenant, operation }, signal };
}
