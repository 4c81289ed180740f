import { expect, test } from '@jest/globals';
import { toRows } from '../../bench/fairness.ts';

const QUIET = [10, 10, 10];

test('others are delayed when half of them take more than one and a half as long', () => {
  expect(toRows([14, 15, 400], QUIET, 1_000)[0]).toMatchObject({
    ratio: 1.5,
    bound: 1.5,
    holds: true,
  });
  expect(toRows([14, 16, 16], QUIET, 1_000)[0]).toMatchObject({ ratio: 1.6, holds: false });
});

test('the slowest are told', () => {
  expect(toRows([14, 15, 400], QUIET, 1_000)[1]).toMatchObject({
    value: 400,
    baseline: 10,
    holds: null,
  });
});

test('it does not hold where nobody was measured', () => {
  expect(toRows([], QUIET, 1_000)[0]?.holds).toBe(false);
});

test('one that asks less than five times as often as all others is not noisy', () => {
  expect(toRows([10], QUIET, 200)[2]).toMatchObject({ value: 20, baseline: 4, holds: true });
  expect(toRows([10], QUIET, 199)[2]?.holds).toBe(false);
});
