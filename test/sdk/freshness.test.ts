import { expect, test } from '@jest/globals';
import { FreshnessClock } from '../../sdk/typescript/freshness-clock.ts';
import {
  FRESH_MS,
  STALE_MS,
  ageFromDiskMs,
  ageOnArrivalMs,
  freshnessOf,
} from '../../sdk/typescript/freshness.ts';
import { SKEW_LIMIT_MS } from '../../sdk/typescript/freshness.ts';

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

test('a heartbeat of another time of day is as old as it says, or at least not fresh', () => {
  const nowMs = 1_000_000_000;
  const ages = [0, SKEW_LIMIT_MS, -SKEW_LIMIT_MS, SKEW_LIMIT_MS + 1, -SKEW_LIMIT_MS - 1].map((ms) =>
    ageOnArrivalMs(nowMs - ms, nowMs),
  );
  expect(ages).toEqual([0, 0, 0, SKEW_LIMIT_MS + 1, FRESH_MS + 1]);
});

test('only what all followed shards have reached is fresh, and the oldest of them counts', () => {
  const freshness = new FreshnessClock(clock, [1, 2], undefined);
  expect(freshness.reached(1, 1_000)).toBe(false);
  expect(freshness.isComplete).toBe(false);
  expect(freshness.of('membership')).toBe('expired');
  expect(freshness.reached(2, 400)).toBe(true);
  expect(freshness.isComplete).toBe(true);
  expect(freshness.of('membership')).toBe('fresh');
  expect(freshness.ageMs()).toBe(600);
  expect(freshness.reached(1, 1_000)).toBe(false);
});
