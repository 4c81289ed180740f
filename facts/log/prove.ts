import { foldHashes } from './hashes.ts';
import { isSize, splitPoint, subtreesOf } from './subtree.ts';
import type { NodeAt, ReadNode } from './subtree.ts';

/*
 * Making proofs, in two steps, so that storage may be slow and this folder has no I/O: a plan
 * names the complete subtrees of each hash of the proof; then they are read and folded. Who keeps
 * tiles fetches `plan.flat()` in parallel in between (`tileOfNode`).
 */

/** For each hash of a proof the complete subtrees to fold, left to right. */
export type ProofPlan = NodeAt[][];

/** Leaves [begin, end) of a tree. */
type Range = { begin: number; end: number };

const assureIndex = (index: number, size: number): void => {
  if (!isSize(index) || !isSize(size) || index >= size) {
    throw new RangeError(`no leaf ${index} in a tree of size ${size}`);
  }
};

const plan = (ranges: readonly Range[]): ProofPlan =>
  ranges.map(({ begin, end }) => subtreesOf(begin, end));

/** PATH(index, D[size]) of RFC 6962, section 2.1.1, from the leaf's neighbour up. */
export const planInclusion = (index: number, size: number): ProofPlan => {
  assureIndex(index, size);
  const siblings: Range[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const middle = begin + splitPoint(end - begin);
    if (index < middle) {
      siblings.push({ begin: middle, end });
      end = middle;
    } else {
      siblings.push({ begin, end: middle });
      begin = middle;
    }
  }
  return plan(siblings.toReversed());
};

/** PROOF(from, D[to]) of RFC 6962, section 2.1.2. Nothing is to prove from 0, or to itself. */
export const planConsistency = (from: number, to: number): ProofPlan => {
  if (!isSize(from) || !isSize(to) || from > to) {
    throw new RangeError(`no tree of size ${to} continues one of size ${from}`);
  }
  if (from === 0 || from === to) return [];
  const others: Range[] = [];
  let [begin, end] = [0, to];
  while (from !== end) {
    const middle = begin + splitPoint(end - begin);
    if (from <= middle) {
      others.push({ begin: middle, end });
      end = middle;
    } else {
      others.push({ begin, end: middle });
      begin = middle;
    }
  }
  // A subtree from the first leaf on is the old tree itself: the verifier has its hash.
  return plan([...(begin === 0 ? [] : [{ begin, end }]), ...others.toReversed()]);
};

/** Hashes of a planned proof, 32 bytes each. */
export const readProof = (planned: ProofPlan, readNode: ReadNode): Uint8Array[] =>
  planned.map((nodes) => foldHashes(nodes.map(readNode)));

/** Root of the tree of the first `size` leaves. */
export const readRoot = (size: number, readNode: ReadNode): Uint8Array =>
  foldHashes(subtreesOf(0, size).map(readNode));
