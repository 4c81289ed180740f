import { hash } from 'node:crypto';
import { concatBytes, toHex } from '../core/bytes.ts';
import { preAuthEncoding } from '../core/pae.ts';

/** Running hash of a shard before its first fact, and `prev` of a tenant's first: 32 zero bytes. */
export const EMPTY_HASH: Uint8Array = new Uint8Array(32);

/** Leaves and nodes hash in different domains: `facts/log/hashes.ts` has the nodes'. */
const LEAF_PREFIX = new Uint8Array([0x00]);
const KEY_ID_BYTES = 16;
const HASH_BYTES = 32;

/**
 * By way of text, a character for each byte: a Buffer that Node makes has its memory outside of the
 * heap, and takes longer to make, and to collect, than a short message to hash.
 */
export const sha256 = (bytes: Uint8Array): Uint8Array => {
  const text = hash('sha256', bytes, 'binary');
  const digest = new Uint8Array(HASH_BYTES);
  for (let at = 0; at < HASH_BYTES; at += 1) digest[at] = text.charCodeAt(at);
  return digest;
};

/** Leaf hash of an entry of the log (RFC 6962, section 2.1), which is a PAE. */
export const entryHash = (entry: Uint8Array): Uint8Array => sha256(concatBytes(LEAF_PREFIX, entry));

/** SHA-256(0x00 || PAE): the one hash of tenant chain, shard chain and log (DESIGN 3). */
export const leafHash = (payload: Uint8Array): Uint8Array => entryHash(preAuthEncoding(payload));

/** H(n) = SHA-256(H(n-1) || leaf hash), H(0) = {@link EMPTY_HASH} (DESIGN 4.5). */
export const runningHash = (prev: Uint8Array, leaf: Uint8Array): Uint8Array =>
  sha256(concatBytes(prev, leaf));

/** Key id of a raw Ed25519 public key: the first 16 bytes of its SHA-256, hexadecimal. */
export const keyIdOf = (rawPublicKey: Uint8Array): string =>
  toHex(sha256(rawPublicKey).subarray(0, KEY_ID_BYTES));
