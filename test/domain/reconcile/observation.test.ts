import { expect, test } from '@jest/globals';
import { driftOf } from '../../../domain/reconcile/observation.ts';

const found = (text: string | null) =>
  driftOf({ presence: 'mine', attributes: [{ name: 'host', wanted: 'a', found: text }] });

test('what is as wanted is no drift; what is not there is told as such', () => {
  expect(found('a')).toEqual([]);
  expect(found(null)).toEqual([{ name: 'host', wanted: 'a', found: null }]);
});

test('a text that others wrote cannot drive a terminal, nor fill a table', () => {
  expect(found('\u001b[2Jx\u202e')[0]?.found).toBe('\uFFFD[2Jx\uFFFD');
  expect(found('b'.repeat(100_000))[0]?.found).toHaveLength(301);
});
