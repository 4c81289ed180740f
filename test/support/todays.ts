const DAY_MS = 86_400_000;
const DAYS = 3;

/**
 * Of cases that are alike and cost seconds of real servers each, those of today, the same on every
 * machine: each has its turn within three days. `npm run test:whole` tries all.
 */
export function todays<T>(cases: readonly T[], nowMs = Date.now()): T[] {
  if (process.env['TENURE_TEST_WHOLE'] === '1') return [...cases];
  const day = Math.floor(nowMs / DAY_MS);
  return cases.filter((_case, at) => (at + day) % DAYS === 0);
}
