import { describe, expect, test } from '@jest/globals';
import { createSeal } from '../../../adapters/postgres/sealing.ts';

const KEY = new Uint8Array(32).fill(1);
const TENANT = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const { seal, open } = createSeal(KEY);
const sealed = seal(TENANT, 'token', 'vålue');

describe('a sealed value', () => {
  test('opens with its key at its place', () => {
    expect(open(TENANT, 'token', sealed)).toBe('vålue');
    expect(open(TENANT, 'empty', seal(TENANT, 'empty', ''))).toBe('');
  });

  test('does not show its text, nor that two values are the same', () => {
    expect(sealed.includes('vålue')).toBe(false);
    expect(seal(TENANT, 'token', 'vålue').equals(sealed)).toBe(false);
  });

  test('does not open with another key', () => {
    const other = createSeal(new Uint8Array(32).fill(2));
    expect(() => other.open(TENANT, 'token', sealed)).toThrow('does not open');
  });

  test.each([
    ['another tenant', OTHER, 'token'],
    ['another name', TENANT, 'token2'],
  ])('does not open as that of %s', (_what, tenant, name) => {
    expect(() => open(tenant, name, sealed)).toThrow('does not open');
  });

  test('does not open when a single bit of it was changed', () => {
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => open(TENANT, 'token', changed)).toThrow('does not open');
    }
  });

  test('does not open when it was cut', () => {
    for (const length of [0, 1, 12, sealed.length - 1]) {
      expect(() => open(TENANT, 'token', sealed.subarray(0, length))).toThrow('does not open');
    }
  });
});

test('a key of another length is refused at the start', () => {
  expect(() => createSeal(new Uint8Array(16))).toThrow('32 bytes');
});
