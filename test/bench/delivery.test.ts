import { describe, expect, test } from '@jest/globals';
import { toRows } from '../../bench/delivery.ts';
import type { Round } from '../../bench/delivery.ts';

const roundOf = (bare: number, took: number, slowest = took): Round => ({
  bareMs: [bare],
  tookMs: [took, took, slowest],
});

const rowsOf = (rounds: readonly Round[], binds = true) =>
  toRows({ kit: { name: 'Go' }, rate: 250, rounds, binds });

describe('a delivery is told of its median round', () => {
  test('whose value and baseline make the ratio that is told', () => {
    const rounds = [roundOf(1, 9), roundOf(2, 4), roundOf(1, 3), roundOf(4, 4), roundOf(1, 4)];
    const [ratio, value] = rowsOf(rounds);
    expect(ratio).toMatchObject({ value: 3, baseline: 1, ratio: 3, bound: 6, holds: true });
    expect(value).toMatchObject({ value: 3, bound: 2, holds: false });
  });

  test('so that two disturbed rounds of five change nothing, and three do', () => {
    const [calm, disturbed] = [roundOf(1, 2), roundOf(1, 20)];
    const holds = (rounds: Round[]) => rowsOf(rounds)[0]?.holds;
    expect(holds([disturbed, calm, calm, disturbed, calm])).toBe(true);
    expect(holds([disturbed, calm, disturbed, disturbed, calm])).toBe(false);
  });

  test('its p99 is that of all rounds: one that is slow does not hide behind the others', () => {
    const rounds = [roundOf(1, 1, 5), roundOf(1, 2, 90), roundOf(1, 3, 7)];
    expect(rowsOf(rounds)[2]).toMatchObject({ value: 90, bound: 10, holds: false });
    const many: Round = { bareMs: [1], tookMs: Array<number>(296).fill(1) };
    expect(rowsOf([many, roundOf(1, 2, 90)])[2]).toMatchObject({ value: 2, holds: true });
  });

  test('milliseconds bind only where the disk allows', () => {
    const rows = rowsOf([roundOf(1, 20)], false);
    expect(rows.map(({ holds }) => holds)).toEqual([false, null, null]);
  });

  test('without a round nothing holds', () => {
    expect(rowsOf([]).map(({ holds }) => holds)).toEqual([false, false, false]);
  });
});
