import { describe, expect, test } from '@jest/globals';
import { fromHex, toHex, utf8 } from '../../../facts/core/bytes.ts';
import { preAuthEncoding } from '../../../facts/core/pae.ts';
import { leafHash } from '../../../facts/crypto/hash.ts';
import { entryHash } from '../../../facts/crypto/hash.ts';
import { EMPTY_ROOT } from '../../../facts/log/hashes.ts';
import { subtreesOf } from '../../../facts/log/subtree.ts';
import { TreeBuilder } from '../../../facts/log/tree.ts';
import { TRANSPARENCY_ENTRIES, TRANSPARENCY_ROOTS } from '../../../tools/vectors/log-trees.ts';
import { manyLeaves, naiveRoot } from './naive-tree.ts';

const LARGEST = 70;

const build = (leaves: readonly Uint8Array[]): TreeBuilder => {
  const tree = new TreeBuilder();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
};

test('a tree without leaves has the hash of nothing', () => {
  expect(new TreeBuilder().root()).toEqual(EMPTY_ROOT);
});

test.each(TRANSPARENCY_ROOTS.map((root, size) => ({ root, size })))(
  'the Certificate Transparency tree of $size leaves has its published root',
  ({ root, size }) => {
    const entries = TRANSPARENCY_ENTRIES.slice(0, size).map((hex) => fromHex(hex)!);
    expect(toHex(build(entries.map(entryHash)).root())).toBe(root);
  },
);

test('at every size the root is that of the recursive definition', () => {
  const tree = new TreeBuilder();
  const leaves = manyLeaves(LARGEST);
  for (const [size, leaf] of leaves.entries()) {
    tree.append(leaf);
    expect(tree.size).toBe(size + 1);
    expect(toHex(tree.root())).toBe(toHex(naiveRoot(leaves.slice(0, size + 1))));
  }
});

test('the leaf hash of a fact is the hash of its entry', () => {
  const payload = utf8('{}');
  expect(entryHash(preAuthEncoding(payload))).toEqual(leafHash(payload));
});

describe('a frontier', () => {
  test('resumes the tree at every size, and has a hash for each bit of it', () => {
    const leaves = manyLeaves(LARGEST);
    const whole = toHex(build(leaves).root());
    for (let size = 0; size <= LARGEST; size += 1) {
      const frontier = build(leaves.slice(0, size)).frontier();
      expect(frontier).toHaveLength(size.toString(2).replaceAll('0', '').length);
      const resumed = TreeBuilder.resume(size, frontier);
      for (const leaf of leaves.slice(size)) resumed.append(leaf);
      expect(toHex(resumed.root())).toBe(whole);
    }
  });

  test('of another size, or of other hashes than 32 bytes, is refused', () => {
    const frontier = build(manyLeaves(7)).frontier();
    expect(() => TreeBuilder.resume(8, frontier)).toThrow(RangeError);
    expect(() => TreeBuilder.resume(6, frontier)).toThrow(RangeError);
    expect(() => TreeBuilder.resume(-1, [])).toThrow(RangeError);
    expect(() => TreeBuilder.resume(1.5, frontier)).toThrow(RangeError);
    expect(() => TreeBuilder.resume(1, [new Uint8Array(31)])).toThrow(RangeError);
  });

  test('does not change when the tree grows', () => {
    const tree = build(manyLeaves(3));
    const frontier = tree.frontier();
    const before = frontier.map(toHex);
    tree.append(new Uint8Array(32));
    expect(frontier.map(toHex)).toEqual(before);
  });
});

test('a leaf that is no hash is refused', () => {
  expect(() => new TreeBuilder().append(new Uint8Array(31))).toThrow(RangeError);
});

test('a tree beyond 32 bits is cut into the subtrees of its bits', () => {
  const size = 2 ** 52 + 2 ** 33 + 1;
  expect(subtreesOf(0, size)).toEqual([
    { level: 52, index: 0 },
    { level: 33, index: 2 ** 19 },
    { level: 0, index: size - 1 },
  ]);
});
