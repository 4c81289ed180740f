import { Point, etc } from '@noble/ed25519';
import { hash } from 'node:crypto';
import { concatBytes, fromHex, toHex, utf8 } from '../../facts/core/bytes.ts';
import { createSigner } from '../../facts/crypto/sign.ts';
import { RFC_8032_TEST_3 } from '../../facts/crypto/verify-self-test.ts';
import type { SignatureVector } from './vector.ts';

/*
 * Signatures on which Ed25519 implementations are known to disagree (Chalkias, Garillot and
 * Nikolaenko, "Taming the many EdDSAs", 2020), made here from the curve itself. Notation of
 * RFC 8032: A = aB, R = rB, k = SHA-512(R || A || M) mod L, S = r + ka; T is a torsion point.
 */

const { n: L } = Point.CURVE();
const ORDER_8 = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a';
const IDENTITY = `01${'00'.repeat(31)}`;
/** The identity again, with the sign bit of its x = 0 set. */
const IDENTITY_NEGATIVE_ZERO = `01${'00'.repeat(30)}80`;
/** The identity again: y = p + 1. */
const IDENTITY_UNREDUCED = `ee${'ff'.repeat(30)}7f`;

const a = 0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdn;
const r = 0xfedcba0987654321fedcba0987654321fedcba0987654321fedcba09876543n;
const A = Point.BASE.multiply(a);
const R = Point.BASE.multiply(r);
const T = Point.fromHex(ORDER_8);

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();

const littleEndian = (scalar: bigint): string =>
  toHex(bytes(scalar.toString(16).padStart(64, '0')).toReversed());

const challenge = (encodedR: string, encodedA: string, message: Uint8Array): bigint => {
  const digest = hash('sha512', concatBytes(bytes(encodedR), bytes(encodedA), message), 'buffer');
  return etc.mod(BigInt(`0x${toHex(Uint8Array.from(digest).toReversed())}`), L);
};

/** The first message whose challenge leaves this remainder by 8, the cofactor. */
const messageWith = (encodedR: string, encodedA: string, remainder: bigint): Uint8Array => {
  for (let n = 0; ; n += 1) {
    const message = utf8(`message ${n}`);
    if (challenge(encodedR, encodedA, message) % 8n === remainder) return message;
  }
};

type Parts = { encodedA: string; encodedR: string; remainder?: bigint };

/** `secretA`, `secretR`: the discrete logarithms without the torsion part. */
const forge = (
  rule: string,
  { encodedA, encodedR, remainder = 0n }: Parts,
  secretA: bigint,
  secretR: bigint,
): SignatureVector => {
  const message = messageWith(encodedR, encodedA, remainder);
  const S = etc.mod(secretR + challenge(encodedR, encodedA, message) * secretA, L);
  return {
    rule,
    publicKey: encodedA,
    message: toHex(message),
    signature: encodedR + littleEndian(S),
  };
};

const honest = (): SignatureVector => {
  const signer = createSigner(bytes(RFC_8032_TEST_3.seed));
  const message = utf8('an honest message');
  return {
    rule: 'a signature as RFC 8032 makes it',
    publicKey: toHex(signer.publicKey),
    message: toHex(message),
    signature: toHex(signer.sign(message)),
  };
};

const withS = (vector: SignatureVector, rule: string, change: (S: bigint) => bigint) => {
  const S = BigInt(`0x${toHex(bytes(vector.signature.slice(64)).toReversed())}`);
  return { ...vector, rule, signature: vector.signature.slice(0, 64) + littleEndian(change(S)) };
};

const plainA = A.toHex();
const plainR = R.toHex();
const mixedA = A.add(T).toHex();

export const VALID_SIGNATURES: Record<string, SignatureVector> = {
  'ed25519-honest': honest(),
  'ed25519-rfc-8032-test-3': {
    rule: 'RFC 8032, section 7.1, TEST 3',
    publicKey: RFC_8032_TEST_3.publicKey,
    message: RFC_8032_TEST_3.message,
    signature: RFC_8032_TEST_3.signature,
  },
  'ed25519-key-mixed-order': forge(
    'A has a torsion part that k cancels: strict profiles take it, since A is not of small order',
    { encodedA: mixedA, encodedR: plainR },
    a,
    r,
  ),
};

export const INVALID_SIGNATURES: Record<string, SignatureVector> = {
  'ed25519-key-small-order': forge(
    'A is of order 8: everybody can sign for it',
    { encodedA: ORDER_8, encodedR: plainR },
    0n,
    r,
  ),
  'ed25519-key-identity': forge(
    'A is the identity: every message is signed',
    { encodedA: IDENTITY, encodedR: plainR },
    0n,
    r,
  ),
  'ed25519-key-negative-zero': forge(
    'A is the identity with the sign of x = 0 set',
    { encodedA: IDENTITY_NEGATIVE_ZERO, encodedR: plainR },
    0n,
    r,
  ),
  'ed25519-key-not-reduced': forge(
    'A is the identity, encoded as y = p + 1',
    { encodedA: IDENTITY_UNREDUCED, encodedR: plainR },
    0n,
    r,
  ),
  'ed25519-r-identity': forge(
    'R is the identity; the equation holds without the cofactor',
    { encodedA: plainA, encodedR: IDENTITY },
    a,
    0n,
  ),
  'ed25519-r-small-order': forge(
    'R is of order 8; the equation holds with the cofactor only',
    { encodedA: plainA, encodedR: ORDER_8 },
    a,
    0n,
  ),
  'ed25519-r-not-reduced': forge(
    'R is the identity, encoded as y = p + 1',
    { encodedA: plainA, encodedR: IDENTITY_UNREDUCED },
    a,
    0n,
  ),
  'ed25519-r-negative-zero': forge(
    'R is the identity with the sign of x = 0 set',
    { encodedA: plainA, encodedR: IDENTITY_NEGATIVE_ZERO },
    a,
    0n,
  ),
  'ed25519-cofactored-only': forge(
    'A has a torsion part that k does not cancel: valid with the cofactor only',
    { encodedA: mixedA, encodedR: plainR, remainder: 1n },
    a,
    r,
  ),
  'ed25519-s-not-reduced': withS(honest(), 'S + L: a second signature from one', (S) => S + L),
  'ed25519-s-negated': withS(honest(), 'L - S', (S) => L - S),
  'ed25519-signature-short': {
    ...honest(),
    rule: '63 bytes',
    signature: honest().signature.slice(0, -2),
  },
  'ed25519-signature-long': { ...honest(), rule: '65 bytes', signature: `${honest().signature}00` },
};
