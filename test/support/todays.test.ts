import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { todays } from './todays.ts';

const DAY_MS = 86_400_000;
const CASES = Array.from({ length: 10 }, (_case, at) => at);

let whole: string | undefined;
beforeEach(() => {
  whole = process.env['TENURE_TEST_WHOLE'];
  delete process.env['TENURE_TEST_WHOLE'];
});
afterEach(() => {
  if (whole === undefined) delete process.env['TENURE_TEST_WHOLE'];
  else process.env['TENURE_TEST_WHOLE'] = whole;
});

test('in three days each case has its turn once', () => {
  const turns = [5, 6, 7].flatMap((day) => todays(CASES, day * DAY_MS));
  expect(turns.toSorted((a, b) => a - b)).toEqual(CASES);
});

test('one day is one choice, a third of all', () => {
  expect(todays(CASES, 5 * DAY_MS)).toEqual(todays(CASES, 6 * DAY_MS - 1));
  expect(todays(CASES, 5 * DAY_MS).length).toBeLessThanOrEqual(4);
});

test('the whole is everything', () => {
  process.env['TENURE_TEST_WHOLE'] = '1';
  expect(todays(CASES)).toEqual(CASES);
});
