import { setTimeout as sleep } from 'node:timers/promises';
import type { SagaKeys } from '../ports/saga-keys.ts';

const EVERY_MS = 10 * 60_000;
/** The row ends a moment before its saga does, which must still be able to read itself. */
const ENDED_FOR_MS = 10 * 60_000;

export interface KeySweepPorts {
  readonly sagaKeys: Pick<SagaKeys, 'destroyCondemned'>;
  readonly report: (message: string, cause: unknown) => void;
}

/** Destroys the saga keys of erased tenants once their last saga has ended. Ends by the signal. */
export async function runKeySweep(
  { sagaKeys, report }: KeySweepPorts,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sagaKeys
      .destroyCondemned(ENDED_FOR_MS)
      .catch((cause: unknown) =>
        report('saga keys of erased tenants are not destroyed yet', cause),
      );
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
