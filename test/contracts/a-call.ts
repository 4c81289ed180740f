import { randomUUID } from 'node:crypto';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';

const CALL_TIMEOUT_MS = 10_000;

/** The registry of all calls that do not say otherwise. */
export const REGISTRY = 'tenure.example/test';

/** A call of a tenant and an operation of its own; override what the test is about. */
export function aCall(owner: Partial<OwnerMark> = {}, signal?: AbortSignal): Call {
  return {
    owner: { registry: REGISTRY, tenant: randomUUID(), operation: randomUUID(), ...owner },
    signal: signal ?? AbortSignal.timeout(CALL_TIMEOUT_MS),
  };
}

/** The same tenant and operation of another registry: nothing else tells them apart. */
export function ofAnotherRegistry({ owner, signal }: Call): Call {
  return { owner: { ...owner, registry: 'tenure.example/beside' }, signal };
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
