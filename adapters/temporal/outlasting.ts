import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../../ports/registry-store.ts';

/** Postgres is back from a restart within seconds. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

/**
 * Asks until the store answers, for a while: a codec that throws is fatal to the SDK's worker,
 * which then drops whatever it works on.
 */
export async function outlasting<T>(
  ask: () => Promise<T>,
  patienceMs: number = PATIENCE_MS,
): Promise<T> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isAway = error instanceof StoreError && error.code === 'store-unavailable';
      if (!isAway || performance.now() >= untilMs) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
