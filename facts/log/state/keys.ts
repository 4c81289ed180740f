import { fromHex, utf8 } from '../../core/bytes.ts';
import { sha256 } from '../../crypto/hash.ts';
import { HASH_BYTES } from '../hashes.ts';

/*
 * Keys of the state tree (facts-v1, "State tree"), 32 bytes each:
 *
 *   tenant key = SHA-256(the 16 bytes of the tenant's UUID)     its first byte is the shard
 *   fact key   = SHA-256(kind || 0x00 || subject)
 */

/** Children of an inner node: one for each value of the key's next four bits. */
export const FANOUT = 16;
/** How often four bits can be taken from a key. */
export const MAX_DEPTH = HASH_BYTES * 2;

/** `tenant`: a UUID, lower case. */
export const tenantKey = (tenant: string): Uint8Array =>
  sha256(fromHex(tenant.replaceAll('-', '')) ?? new Uint8Array());

export const factKey = (kind: string, subject: string): Uint8Array =>
  sha256(utf8(`${kind}\0${subject}`));

/** The four bits of a key at a depth, high bits first. */
export const nibbleAt = (key: Uint8Array, depth: number): number => {
  const byte = key[depth >> 1] ?? 0;
  return depth % 2 === 0 ? byte >> 4 : byte & 0x0f;
};

/** What all keys below a node begin with: `depth` times four bits of `bits`, the rest is zero. */
export type Prefix = { depth: number; bits: Uint8Array };

export const NO_PREFIX: Prefix = { depth: 0, bits: new Uint8Array(HASH_BYTES) };

export const childPrefix = ({ depth, bits }: Prefix, nibble: number): Prefix => {
  const longer = Uint8Array.from(bits);
  longer[depth >> 1] = (bits[depth >> 1] ?? 0) | (depth % 2 === 0 ? nibble << 4 : nibble);
  return { depth: depth + 1, bits: longer };
};

export const hasPrefix = (key: Uint8Array, { depth, bits }: Prefix): boolean => {
  const whole = depth >> 1;
  for (let at = 0; at < whole; at += 1) if (key[at] !== bits[at]) return false;
  return depth % 2 === 0 || nibbleAt(key, depth - 1) === nibbleAt(bits, depth - 1);
};

/** Negative, 0 or positive: the order of keys, and of bytes in general. */
export const compareKeys = (a: Uint8Array, b: Uint8Array): number => {
  for (let at = 0; at < HASH_BYTES; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};
