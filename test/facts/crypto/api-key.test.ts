import { expect, test } from '@jest/globals';
import { formatApiKey, hashOfApiKey } from '../../../facts/crypto/api-key.ts';
import { codeOf } from '../samples.ts';

const SECRET = new Uint8Array(24).fill(0xff);
const KEY = formatApiKey(SECRET);

test('a key is its prefix, the secret in base32 and a check', () => {
  expect(KEY).toMatch(/^tenure_7{38}y[a-z2-7]{7}$/);
  expect(formatApiKey(new Uint8Array(24))).toMatch(/^tenure_a{39}[a-z2-7]{7}$/);
});

test('two keys have two hashes, one key always the same', () => {
  expect(hashOfApiKey(KEY)).toBe(hashOfApiKey(formatApiKey(SECRET)));
  expect(hashOfApiKey(KEY)).not.toBe(hashOfApiKey(formatApiKey(new Uint8Array(24))));
});

test('every slip of one character is noticed before any look-up', () => {
  for (let at = 0; at < KEY.length; at += 1) {
    const slip = KEY.slice(0, at) + (KEY[at] === 'b' ? 'c' : 'b') + KEY.slice(at + 1);
    expect(codeOf(() => hashOfApiKey(slip))).toBe('api-key-malformed');
  }
});

test.each([undefined, null, 7, {}, [KEY], '', `${KEY} `, `${KEY}\n`, KEY.toUpperCase()])(
  '%j is no key, and nothing worse',
  (value) => {
    expect(codeOf(() => hashOfApiKey(value))).toBe('api-key-malformed');
  },
);

test('a secret of another length makes no key', () => {
  expect(() => formatApiKey(new Uint8Array(23))).toThrow(RangeError);
});
