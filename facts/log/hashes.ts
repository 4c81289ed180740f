import { concatBytes, utf8 } from '../core/bytes.ts';
import { sha256 } from '../crypto/hash.ts';

/** Every hash of the log: SHA-256. */
export const HASH_BYTES = 32;

/** RFC 6962, section 2.1: leaves and nodes hash in different domains. */
const NODE_PREFIX = new Uint8Array([0x01]);

/** Root of the tree without leaves: SHA-256 of nothing (RFC 6962, section 2.1). */
export const EMPTY_ROOT: Uint8Array = sha256(utf8(''));

/** SHA-256(0x01 || left || right); both are 32 bytes. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(concatBytes(NODE_PREFIX, left, right));

/**
 * Hash over neighbouring complete subtrees, the largest first, as a tree of any size has them at
 * its right edge: the right ones go together first. None make the empty root.
 */
export const foldHashes = (hashes: readonly Uint8Array[]): Uint8Array => {
  if (hashes.length === 0) return EMPTY_ROOT;
  return hashes.reduceRight((right, left) => nodeHash(left, right));
};
