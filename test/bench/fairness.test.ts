import { expect, test } from '@jest/globals';
import { toRows } from '../../bench/fairness.ts';

const QUIET = [10, 10, 10];
const NOISE = { asked: 1_000, taken: 250 };

test('others are delayed when half of them take more than one and a half as long', () => {
  expect(toRows([14, 15, 400], QUIET, NOISE)[0]).toMatchObject({
    ratio: 1.5,
    bound: 1.5,
    holds: true,
  });
  expect(toRows([14, 16, 16], QUIET, NOISE)[0]).toMatchObject({ ratio: 1.6, holds: false });
});

test('the slowest are told', () => {
  expect(toRows([14, 15, 400], QUIET, NOISE)[1]).toMatchObject({
    value: 400,
    baseline: 10,
    holds: null,
  });
});

test('it does not hold where nobody was measured', () => {
  expect(toRows([], QUIET, NOISE)[0]?.holds).toBe(false);
});

test('one that asks less than five times as often as all others is not noisy', () => {
  expect(toRows([10], QUIET, { asked: 200, taken: 0 })[2]).toMatchObject({
    value: 20,
    baseline: 4,
    holds: true,
  });
  expect(toRows([10], QUIET, { asked: 199, taken: 0 })[2]?.holds).toBe(false);
});

test('how much of it was taken is told', () => {
  expect(toRows([10], QUIET, NOISE)[3]).toMatchObject({ value: 25, baseline: 100, holds: null });
});
