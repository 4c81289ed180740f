import { randomUUID } from 'node:crypto';
import type { Call, OwnerMark } from '../../ports/call.ts';

const CALL_TIMEOUT_MS = 10_000;

/** A call of a tenant and an operation of its own; override what the test is about. */
export function aCall(owner: Partial<OwnerMark> = {}, signal?: AbortSignal): Call {
  return {
    owner: { tenant: randomUUID(), operation: randomUUID(), ...owner },
    signal: signal ?? AbortSignal.timeout(CALL_TIMEOUT_MS),
  };
}
