/*
 * Time of day in milliseconds with a fraction, as Postgres dates its commits, in any process.
 * `performance.timeOrigin + performance.now()` is not that: it keeps the offset of the process's
 * start, while the machine's clock is slewed; two processes then disagree by more than a delivery
 * takes.
 */

const RECALIBRATE_MS = 1_000;

const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Time of day at the tick of a millisecond, less the monotonic time then. Spins up to 1 ms. */
function offsetMs(): number {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now();
  return now - monotonicMs();
}

/** A clock that keeps calibrating itself; does not keep the process alive. */
export function startWallClock(): () => number {
  let offset = offsetMs();
  setInterval(() => (offset = offsetMs()), RECALIBRATE_MS).unref();
  return () => monotonicMs() + offset;
}
