import { randomUUID } from 'node:crypto';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';

const CALL_TIMEOUT_MS = 10_000;

/** A call of a tenant and an operation of its own; override what the test is about. */
export function aCall(owner: Partial<OwnerMark> = {}, signal?: AbortSignal): Call {
  return {
    owner: { tenant: randomUUID(), operation: randomUUID(), ...owner },
    signal: signal ?? AbortSignal.timeout(CALL_TIMEOUT_MS),
  };
}

const MAX_RETRIES = 50;

/** Tries again after transient failures, as a saga does: some servers refuse writes at once. */
export async function asSaga<T>(attempt: () => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await attempt();
    } catch (error) {
      const transient = error instanceof PortError && !error.permanent;
      if (!transient || retries === MAX_RETRIES) throw error;
    }
  }
}
