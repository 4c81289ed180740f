import { describe, expect, test } from '@jest/globals';
import { createSeededClock, createSeededIds } from '../../adapters/memory/clock.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { UUID } from '../../facts/core/formats.ts';
import type { Clock, Ids } from '../../ports/clock.ts';

const IDS = 1_000;
const YEAR_2020_MS = Date.UTC(2020);

const clocks: Record<string, Clock> = {
  system: systemClock,
  seeded: createSeededClock(Date.UTC(2026, 10, 21)),
};
describe.each(Object.entries(clocks))('clock contract: %s', (_name, clock) => {
  test('tells whole milliseconds since the Unix epoch and does not go back', () => {
    const [first, second] = [clock.nowMs(), clock.nowMs()];
    expect(Number.isInteger(first)).toBe(true);
    expect(first).toBeGreaterThan(YEAR_2020_MS);
    expect(second).toBeGreaterThanOrEqual(first);
  });
});

const sources: Record<string, Ids> = { system: systemIds, seeded: createSeededIds(7) };
describe.each(Object.entries(sources))('ids contract: %s', (_name, ids) => {
  test('mints lower-case UUIDs, none twice', () => {
    const minted = Array.from({ length: IDS }, () => ids.uuid());
    for (const id of minted) expect(id).toMatch(UUID);
    expect(new Set(minted).size).toBe(IDS);
  });
});

test('seeded time and ids repeat by their seed', () => {
  const [clock, again] = [createSeededClock(5), createSeededClock(5)];
  clock.advance(3);
  again.advance(3);
  expect(clock.nowMs()).toBe(again.nowMs());
  expect(createSeededIds(7).uuid()).toBe(createSeededIds(7).uuid());
  expect(createSeededIds(7).uuid()).not.toBe(createSeededIds(8).uuid());
});
