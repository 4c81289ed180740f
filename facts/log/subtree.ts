/*
 * Arithmetic of RFC 6962 trees. Sizes and indexes go to 2^53 - 1, so everything here divides and
 * multiplies: JavaScript's bit operators stop at 32 bits.
 */

/** Root of a complete subtree: over the leaves [index * 2^level, (index + 1) * 2^level). */
export type NodeAt = { level: number; index: number };

/** Hash of a complete subtree, 32 bytes. The caller asks only for what the tree's size covers. */
export type ReadNode = (node: NodeAt) => Uint8Array;

/** A number of leaves. */
export const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** The largest power of two below `count` (RFC 6962's k); `count` is at least 2. */
export const splitPoint = (count: number): number => {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
};

/**
 * Complete subtrees over the leaves [begin, end), left to right. `begin` is 0 or where RFC 6962
 * splits a tree, so that the subtrees only get smaller: one for each bit of the count.
 */
export const subtreesOf = (begin: number, end: number): NodeAt[] => {
  const nodes: NodeAt[] = [];
  let at = begin;
  while (at < end) {
    let [level, width] = [0, 1];
    while (at + width * 2 <= end) [level, width] = [level + 1, width * 2];
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
};
