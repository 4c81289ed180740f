import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { FactError } from '../core/errors.ts';
import { fromHex, toBase64Url } from '../core/bytes.ts';

/*
 * The strict profile (DESIGN 3; libsodium, dalek `verify_strict`). OpenSSL checks S < L and
 * compares R by its bytes, but (before Node 24) takes small-order A and R; so A and R are refused
 * beforehand when their y is not reduced or belongs to a point of order 1, 2, 4 or 8.
 *
 *   signature = R (32 bytes) || S (32 bytes)      y(A), y(R) = little-endian, top bit cleared
 */

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** y of the eight torsion points: 1, p - 1, 0, and the two of order 8. Little-endian. */
const TORSION_Y = [
  `00${'00'.repeat(31)}`,
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map((hex) => fromHex(hex) ?? new Uint8Array(KEY_BYTES));

const sameY = (point: Uint8Array, y: Uint8Array): boolean => {
  for (let at = 0; at < KEY_BYTES - 1; at += 1) if (point[at] !== y[at]) return false;
  return ((point[31] ?? 0) & 0x7f) === y[31];
};

/** y >= p = 2^255 - 19: a second encoding of a smaller y. */
const isUnreduced = (point: Uint8Array): boolean => {
  if (((point[31] ?? 0) & 0x7f) !== 0x7f || (point[0] ?? 0) < 0xed) return false;
  for (let at = 1; at < KEY_BYTES - 1; at += 1) if (point[at] !== 0xff) return false;
  return true;
};

/** False for a point encoding (first 32 bytes) that the strict profile refuses. */
export const isStrictPoint = (point: Uint8Array): boolean =>
  !isUnreduced(point) && !TORSION_Y.some((y) => sameY(point, y));

/** Answers whether a signature over a message is by the verifier's key, strictly. Never throws. */
export type Verifier = (message: Uint8Array, signature: Uint8Array) => boolean;

/**
 * Imports the key once, for the first signature: at each call it would cost several times the
 * check, and most keys of a set never verify anything.
 */
export const createVerifier = (rawPublicKey: Uint8Array): Verifier => {
  if (rawPublicKey.length !== KEY_BYTES || !isStrictPoint(rawPublicKey)) {
    throw new FactError('key-invalid', 'not a strict Ed25519 public key');
  }
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(rawPublicKey) };
  let key: KeyObject | undefined;
  return (message, signature) => {
    if (signature.length !== SIGNATURE_BYTES || !isStrictPoint(signature)) return false;
    key ??= createPublicKey({ key: jwk, format: 'jwk' });
    return verify(null, message, key, signature);
  };
};
