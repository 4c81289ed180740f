import { describe, expect, test } from '@jest/globals';
import { formatTable } from '../../bench/report.ts';
import { rateRow, ratioRow, shareRow, valueRow } from '../../bench/row.ts';
import type { Row } from '../../bench/row.ts';

const cellsOf = (row: Row): string[] =>
  (formatTable([row]).split('\n')[2] ?? '')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

describe('a bound is said, and whether it holds', () => {
  test('of a ratio, which binds whatever the machine', () => {
    expect(cellsOf(ratioRow('a', 'ms', 3, 2, 1.5))).toEqual([
      'a',
      '3 ms',
      '2 ms',
      '1.5 x',
      '1.5 x',
      'yes',
    ]);
    expect(ratioRow('a', 'ms', 3.1, 2, 1.5).holds).toBe(false);
  });

  test('of a small ratio, which is not rounded into its bound', () => {
    const row = ratioRow('a', 'ms', 1.04, 100, 0.01);
    expect(cellsOf(row).slice(3)).toEqual(['0.0104 x', '0.01 x', '**no**']);
  });

  test('of a time', () => {
    expect(cellsOf(valueRow('a', 'us', 2, 2))).toEqual(['a', '2 us', '–', '–', '2 us', 'yes']);
    expect(cellsOf(valueRow('a', 'us', 2.1, 2)).at(-1)).toBe('**no**');
  });

  test('of facts a second, of which more is better', () => {
    expect(cellsOf(rateRow('a', 1_000, 4_000, 1_000))).toEqual([
      'a',
      '1000 facts/s',
      '4000 facts/s',
      '0.25 x',
      '>= 1000 facts/s',
      'yes',
    ]);
    expect(rateRow('a', 999, 4_000, 1_000).holds).toBe(false);
  });

  test('of sagas a second, of which there must be a share of the baseline', () => {
    expect(cellsOf(shareRow('a', 10, 40, 0.25))).toEqual([
      'a',
      '10 sagas/s',
      '40 sagas/s',
      '0.25 x',
      '>= 0.25 x',
      'yes',
    ]);
    expect(shareRow('a', 9.9, 40, 0.25).holds).toBe(false);
    expect(shareRow('a', 9.9, 40, null).holds).toBe(null);
  });

  test('or that there is none', () => {
    expect(cellsOf(valueRow('a', 'B', 7, null)).slice(2)).toEqual(['–', '–', '–', '–']);
  });

  test('what was not measured does not hold', () => {
    expect(ratioRow('a', 'ms', Number.NaN, 2, 1.5).holds).toBe(false);
    expect(valueRow('a', 'us', Number.NaN, 2).holds).toBe(false);
    expect(rateRow('a', Number.NaN, 2, 1).holds).toBe(false);
    expect(shareRow('a', Number.NaN, 2, 1).holds).toBe(false);
  });
});
