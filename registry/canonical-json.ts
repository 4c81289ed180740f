import { toHex, utf8 } from '../facts/core/bytes.ts';
import { sha256 } from '../facts/crypto/hash.ts';

/** One text for one value: keys in order, a Map as the object of its entries. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    const entries: [string, unknown][] =
      inner instanceof Map ? [...(inner as Map<string, unknown>)] : Object.entries(inner);
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** SHA-256 of {@link canonicalJson}, hex: tells two requests or commands apart. */
export function canonicalHash(value: unknown): string {
  return toHex(sha256(utf8(canonicalJson(value))));
}
