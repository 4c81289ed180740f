import { availableParallelism, loadavg } from 'node:os';

/** DESIGN 9, I5. */
const HEALED_WITHIN_MS = 15_000;

/** As much longer as more waits for the processors than there are of them: in ms. */
export function healedWithinMs(): number {
  const [waiting = 0] = loadavg();
  return HEALED_WITHIN_MS * Math.max(1, waiting / availableParallelism());
}
