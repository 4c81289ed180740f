import { readFileSync, readdirSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { fromHex } from '../../../facts/core/bytes.ts';
import type { SignatureVector } from '../../../tools/vectors/vector.ts';

// Newer Node refuses small orders by itself, which would hide a precheck that was lost. Here the
// library below takes everything, as Node 20 does for these vectors: what is refused, we refused.
const real = await import('node:crypto');
jest.unstable_mockModule('node:crypto', () => ({ ...real, verify: () => true }));
const { createVerifier } = await import('../../../facts/crypto/verify.ts');

const FOLDER = new URL('../../../facts/spec/vectors/', import.meta.url);
const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();

const isAccepted = (path: string): boolean => {
  const vector = JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as SignatureVector;
  try {
    return createVerifier(bytes(vector.publicKey))(bytes(vector.message), bytes(vector.signature));
  } catch (error) {
    expect(error).toMatchObject({ code: 'key-invalid' });
    return false;
  }
};

const PRECHECKED = /^ed25519-(?:key|r|signature)-/;

test.each(readdirSync(new URL('invalid/', FOLDER)).filter((name) => PRECHECKED.test(name)))(
  '%s is refused before the library is asked',
  (name) => {
    expect(isAccepted(`invalid/${name}`)).toBe(false);
  },
);

test.each(readdirSync(new URL('valid/', FOLDER)).filter((name) => name.startsWith('ed25519-')))(
  '%s is left to the library',
  (name) => {
    expect(isAccepted(`valid/${name}`)).toBe(true);
  },
);
