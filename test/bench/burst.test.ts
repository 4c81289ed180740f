import { describe, expect, test } from '@jest/globals';
import { toRows } from '../../bench/burst.ts';

const ALL = {
  invitations: 1_000,
  acceptedMs: 4_000,
  mailedMs: 50_000,
  mailed: 1_000,
  signed: 1_000,
};
const holdsOf = (part: Partial<typeof ALL>, bare = 40) =>
  toRows('burst', { ...ALL, ...part }, bare).map(({ holds }) => holds);

describe('a burst of invitations', () => {
  test('is told by how many are accepted and mailed in a second, and when the last is out', () => {
    const rows = toRows('burst', ALL, 40);
    expect(rows.map(({ value, unit }) => `${value} ${unit}`)).toEqual([
      '250 sagas/s',
      '20 sagas/s',
      '50000 ms',
      '0 lost',
    ]);
    expect(rows[1]).toMatchObject({ baseline: 40, ratio: 0.5, holds: true });
  });

  test('is too slow when bare Temporal ends many more in a second', () => {
    expect(holdsOf({}, 400)).toEqual([null, false, null, true]);
  });

  test('has lost those without mail, and those without a fact', () => {
    expect(holdsOf({ mailed: 999 }).at(-1)).toBe(false);
    expect(holdsOf({ signed: 999 }).at(-1)).toBe(false);
  });
});
