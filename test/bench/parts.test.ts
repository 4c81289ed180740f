import { describe, expect, test } from '@jest/globals';
import { choose } from '../../bench/parts.ts';

describe('the parts of the bench', () => {
  test('are all chosen where none is named', () => {
    expect(choose([])).toEqual(expect.arrayContaining(['million', 'sagas', 'burst', 'fairness']));
  });

  test('are chosen by their names, in the order that they always have', () => {
    expect(choose(['fairness', 'sagas'])).toEqual(['sagas', 'fairness']);
  });

  test('are named in the refusal of one that is not there', () => {
    expect(() => choose(['sagas', 'saga'])).toThrow(/no part "saga" .*sagas.*burst.*fairness/);
  });
});
