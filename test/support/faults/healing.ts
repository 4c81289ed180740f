import { availableParallelism, loadavg } from 'node:os';

/** DESIGN 9, I5. */
const HEALED_WITHIN_MS = 15_000;

export const healedWithinMs = (): number => stretched(HEALED_WITHIN_MS);

/** A bound in ms: as much longer as more waits for the processors than there are of them. */
export function stretched(withinMs: number): number {
  const [waiting = 0] = loadavg();
  return withinMs * Math.max(1, waiting / availableParallelism());
}
