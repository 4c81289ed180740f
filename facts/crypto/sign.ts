import { hash } from 'node:crypto';
import { etc, hashes, Point, utils } from '@noble/ed25519';
import { concatBytes } from '../core/bytes.ts';

/*
 * Ed25519 signing (RFC 8032, section 5.1.6) over @noble/ed25519's curve. noble's own `sign`
 * derives the public key again for each signature, half of its time; a signer keeps it.
 *
 *   r = SHA-512(prefix || M) mod L,   R = [r]B
 *   k = SHA-512(R || A || M) mod L,   S = (r + k s) mod L,   signature = R || S
 */

export const SEED_BYTES = 32;
const SCALAR_BYTES = 32;

const sha512 = (message: Uint8Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(hash('sha512', message, 'buffer'));

// noble's synchronous calls take their SHA-512 from this slot.
hashes.sha512 = sha512;

const { n: L } = Point.CURVE();

const toScalar = (bytes: Uint8Array): bigint => {
  const bigEndian = etc.bytesToHex(Uint8Array.from(bytes).reverse());
  return etc.mod(BigInt(`0x${bigEndian}`), L);
};

const fromScalar = (scalar: bigint): Uint8Array =>
  etc.hexToBytes(scalar.toString(16).padStart(SCALAR_BYTES * 2, '0')).reverse();

export type FactSigner = {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. Synchronous: well under a millisecond. */
  sign(message: Uint8Array): Uint8Array;
};

/** A signer by a 32-byte RFC 8032 seed; the key is expanded once. */
export const createSigner = (seed: Uint8Array): FactSigner => {
  const { prefix, scalar, pointBytes } = utils.getExtendedPublicKey(seed);
  const sign = (message: Uint8Array): Uint8Array => {
    const r = toScalar(sha512(concatBytes(prefix, message)));
    const R = Point.BASE.multiply(r).toBytes();
    const k = toScalar(sha512(concatBytes(R, pointBytes, message)));
    return concatBytes(R, fromScalar(etc.mod(r + k * scalar, L)));
  };
  return { publicKey: pointBytes, sign };
};
