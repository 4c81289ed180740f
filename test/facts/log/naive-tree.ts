import { hash } from 'node:crypto';
import { concatBytes, utf8 } from '../../../facts/core/bytes.ts';

/*
 * RFC 6962, section 2.1, word by word: recursive, slow, and sharing nothing with facts/log, so
 * that one can be held against the other.
 */

type Leaves = readonly Uint8Array[];

const sha256 = (...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from(hash('sha256', concatBytes(...parts), 'buffer'));

export const leafOf = (entry: Uint8Array): Uint8Array => sha256(Uint8Array.of(0), entry);

/** Leaf hashes of `entry 0`, `entry 1` ... */
export const manyLeaves = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => leafOf(utf8(`entry ${index}`)));

const split = (count: number): number => 2 ** Math.floor(Math.log2(count - 1));

/** MTH(D[n]), over leaf hashes. */
export const naiveRoot = (leaves: Leaves): Uint8Array => {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return only;
  const k = split(leaves.length);
  return sha256(Uint8Array.of(1), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
};

/** PATH(m, D[n]). */
export const naivePath = (m: number, leaves: Leaves): Uint8Array[] => {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...naivePath(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
};

const subproof = (m: number, leaves: Leaves, isWhole: boolean): Uint8Array[] => {
  if (m === leaves.length) return isWhole ? [] : [naiveRoot(leaves)];
  const k = split(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), isWhole), naiveRoot(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
};

/** PROOF(m, D[n]), 0 < m <= n. */
export const naiveProof = (m: number, leaves: Leaves): Uint8Array[] => subproof(m, leaves, true);
