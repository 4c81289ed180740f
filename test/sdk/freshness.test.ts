import { expect, test } from '@jest/globals';
import { FreshnessClock } from '../../sdk/typescript/freshness-clock.ts';
import { FRESH_MS, STALE_MS, ageFromDiskMs, freshnessOf } from '../../sdk/typescript/freshness.ts';

const LIMIT_MS = 2 * STALE_MS;
const clock = { monotonicMs: () => 1_000, wallMs: () => 1_700_000_000_000 };

test('each level ends where the next begins', () => {
  const levels = [FRESH_MS, FRESH_MS + 1, STALE_MS, STALE_MS + 1, LIMIT_MS, LIMIT_MS + 1].map(
    (ageMs) => freshnessOf(ageMs, LIMIT_MS),
  );
  expect(levels).toEqual(['fresh', 'stale', 'stale', 'degraded', 'degraded', 'expired']);
});

test('facts from disk are never fresh, whatever the wall clock says', () => {
  expect(freshnessOf(ageFromDiskMs(5_000, 5_000), LIMIT_MS)).toBe('stale');
  expect(freshnessOf(ageFromDiskMs(9_000, 5_000), LIMIT_MS)).toBe('stale');
  expect(freshnessOf(ageFromDiskMs(undefined, 5_000), LIMIT_MS)).toBe('expired');
});

test('only a round of all followed shards is fresh, and the oldest of them counts', () => {
  const freshness = new FreshnessClock(clock, [1, 2], undefined);
  expect(freshness.caughtUp(1, 1_000)).toBe(false);
  expect(freshness.of('membership')).toBe('expired');
  expect(freshness.caughtUp(2, 400)).toBe(true);
  expect(freshness.of('membership')).toBe('fresh');
  expect(freshness.ageMs()).toBe(600);
  expect(freshness.caughtUp(1, 1_000)).toBe(false);
});
