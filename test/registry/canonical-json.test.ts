import { expect, test } from '@jest/globals';
import { canonicalHash, canonicalJson } from '../../registry/canonical-json.ts';

test('the order of keys is no difference, at any depth; the order of a list is', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  expect(canonicalHash([1, 2])).not.toBe(canonicalHash([2, 1]));
});

test('a Map counts with its entries', () => {
  expect(
    canonicalJson(
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
    ),
  ).toBe('{"a":2,"b":1}');
  expect(canonicalHash(new Map([['a', 1]]))).not.toBe(canonicalHash(new Map()));
});

test('the hash is SHA-256, hexadecimal', () => {
  expect(canonicalHash({ a: 1 })).toMatch(/^[0-9a-f]{64}$/);
});
