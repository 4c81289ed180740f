import { equalBytes } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';
import type { FactErrorCode } from '../core/errors.ts';
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './hashes.ts';
import { isSize } from './subtree.ts';

/** A tree as a checkpoint states it: number of leaves, root hash of 32 bytes. */
export type TreeHead = { size: number; root: Uint8Array };

/** `leaf`: the leaf hash at `index`. All hashes are 32 bytes. */
export type InclusionClaim = { index: number; leaf: Uint8Array; proof: readonly Uint8Array[] };

type Refuse = (why: string) => FactError;

const refuser =
  (code: FactErrorCode): Refuse =>
  (why) =>
    new FactError(code, why);

const half = (value: number): number => Math.floor(value / 2);

const checkHashes = (hashes: readonly Uint8Array[], refuse: Refuse): void => {
  if (hashes.some(({ length }) => length !== HASH_BYTES)) throw refuse('a hash is not 32 bytes');
};

/**
 * Refuses (`inclusion-proof-invalid`) unless the proof leads from the leaf to the root
 * (RFC 9162, section 2.1.3.2, whose names `fn` and `sn` are).
 */
export const checkInclusion = (claim: InclusionClaim, { size, root }: TreeHead): void => {
  const { index, leaf, proof } = claim;
  const refuse = refuser('inclusion-proof-invalid');
  if (!isSize(index) || !isSize(size) || index >= size) throw refuse(`no leaf ${index} in ${size}`);
  checkHashes([leaf, root, ...proof], refuse);
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (sn === 0) throw refuse('too long');
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      // At the right edge the levels without a sibling are skipped.
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  if (sn !== 0) throw refuse('too short');
  if (!equalBytes(hash, root)) throw refuse('it leads to another root');
};

/** True when the trees are consistent without any proof, false when they need one. */
const checkTrivial = (older: TreeHead, newer: TreeHead, refuse: Refuse): boolean => {
  if (older.size === 0 && !equalBytes(older.root, EMPTY_ROOT)) throw refuse('no empty tree');
  if (older.size === newer.size && !equalBytes(older.root, newer.root)) {
    throw refuse('two roots of one size');
  }
  return older.size === 0 || older.size === newer.size;
};

/**
 * Refuses (`consistency-proof-invalid`) unless the newer tree begins with the older one
 * (RFC 9162, section 2.1.4.2, whose names `fn`, `sn`, `fr` and `sr` are). From an empty tree, and
 * between equal ones, the proof is empty.
 */
export const checkConsistency = (
  older: TreeHead,
  newer: TreeHead,
  proof: readonly Uint8Array[],
): void => {
  const refuse = refuser('consistency-proof-invalid');
  if (!isSize(older.size) || !isSize(newer.size) || older.size > newer.size) {
    throw refuse(`from ${older.size} to ${newer.size}`);
  }
  checkHashes([older.root, newer.root, ...proof], refuse);
  if (checkTrivial(older, newer, refuse)) {
    if (proof.length > 0) throw refuse('too long');
    return;
  }
  let [fn, sn] = [older.size - 1, newer.size - 1];
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  // fn is 0 when the older tree is complete: its root is where the proof begins, and is left out.
  const [start, ...path] = fn === 0 ? [older.root, ...proof] : proof;
  if (start === undefined) throw refuse('too short');
  let [fr, sr] = [start, start];
  for (const hash of path) {
    if (sn === 0) throw refuse('too long');
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [nodeHash(hash, fr), nodeHash(hash, sr)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      sr = nodeHash(sr, hash);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  if (sn !== 0) throw refuse('too short');
  if (!equalBytes(fr, older.root)) throw refuse('it leads to another older root');
  if (!equalBytes(sr, newer.root)) throw refuse('it leads to another newer root');
};
