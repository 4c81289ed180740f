import { describe, expect, test } from '@jest/globals';
import { toHex } from '../../../facts/core/bytes.ts';
import { EMPTY_ROOT } from '../../../facts/log/hashes.ts';
import { checkConsistency, checkInclusion } from '../../../facts/log/proofs.ts';
import { planConsistency, planInclusion, readProof, readRoot } from '../../../facts/log/prove.ts';
import type { NodeAt } from '../../../facts/log/subtree.ts';
import { codeOf } from '../samples.ts';
import { manyLeaves, naivePath, naiveProof, naiveRoot } from './naive-tree.ts';

const LARGEST = 70;
/** Of all proofs, so many are tampered with: prime, so that every shape is among them. */
const EVERY = 7;
const LEAVES = manyLeaves(LARGEST);
const ROOTS = Array.from({ length: LARGEST + 1 }, (_, size) => naiveRoot(LEAVES.slice(0, size)));
const headOf = (size: number) => ({ size, root: ROOTS[size]! });
const readNode = ({ level, index }: NodeAt) =>
  naiveRoot(LEAVES.slice(index * 2 ** level, (index + 1) * 2 ** level));

const flipped = (hash: Uint8Array): Uint8Array => {
  const mutant = Uint8Array.from(hash);
  mutant[31] = mutant[31]! ^ 1;
  return mutant;
};

/** Each proof with one hash changed, left out, or one too many. */
const mutantsOf = (proof: readonly Uint8Array[]): Uint8Array[][] => [
  ...proof.map((hash, at) => proof.with(at, flipped(hash))),
  ...proof.map((_, at) => proof.toSpliced(at, 1)),
  [...proof, new Uint8Array(32)],
  [new Uint8Array(32), ...proof],
];

const sizes = Array.from({ length: LARGEST }, (_, at) => at + 1);
const sizesAndOlder = sizes.flatMap((to) => sizes.slice(0, to).map((from) => ({ from, to })));
const sizesAndIndexes = sizes.flatMap((size) =>
  LEAVES.slice(0, size).map((leaf, index) => ({ size, index, leaf })),
);

test('the root read from subtrees is that of the recursive definition', () => {
  for (const size of [0, ...sizes]) {
    expect(toHex(readRoot(size, readNode))).toBe(toHex(ROOTS[size]!));
  }
});

describe('inclusion', () => {
  test('every proof is that of the recursive definition, and holds', () => {
    for (const { size, index, leaf } of sizesAndIndexes) {
      const proof = readProof(planInclusion(index, size), readNode);
      expect(proof.map(toHex)).toEqual(naivePath(index, LEAVES.slice(0, size)).map(toHex));
      checkInclusion({ index, leaf, proof }, headOf(size));
    }
  });

  test('no proof holds with a hash changed, left out or added', () => {
    for (const { size, index, leaf } of sizesAndIndexes.filter((_, at) => at % EVERY === 0)) {
      for (const proof of mutantsOf(naivePath(index, LEAVES.slice(0, size)))) {
        const claim = { index, leaf, proof };
        expect(codeOf(() => checkInclusion(claim, headOf(size)))).toBe('inclusion-proof-invalid');
      }
    }
  });

  test('no proof holds for another leaf, another index or another tree', () => {
    for (const { size, index, leaf } of sizesAndIndexes.filter((_, at) => at % EVERY === 0)) {
      const proof = naivePath(index, LEAVES.slice(0, size));
      const claim = { index, leaf, proof };
      const wrong = [
        () => checkInclusion({ ...claim, leaf: flipped(leaf) }, headOf(size)),
        () => checkInclusion({ ...claim, index: index + 1 }, headOf(size)),
        () => checkInclusion({ ...claim, index: index - 1 }, headOf(size)),
        () => checkInclusion(claim, { size, root: flipped(ROOTS[size]!) }),
        () => checkInclusion(claim, headOf(size - 1)),
      ];
      for (const check of wrong) expect(codeOf(check)).toBe('inclusion-proof-invalid');
    }
  });

  test('numbers that are no index or size are refused, not rounded', () => {
    const [leaf] = LEAVES as [Uint8Array];
    for (const [index, size] of [
      [0.5, 1],
      [-1, 1],
      [0, Number.NaN],
      [0, 2 ** 53],
    ] as const) {
      const check = () => checkInclusion({ index, leaf, proof: [] }, { size, root: leaf });
      expect(codeOf(check)).toBe('inclusion-proof-invalid');
    }
  });

  test('a proof of a leaf that the tree does not have is not made', () => {
    expect(() => planInclusion(7, 7)).toThrow(RangeError);
    expect(() => planInclusion(-1, 7)).toThrow(RangeError);
  });
});

describe('consistency', () => {
  test('every proof is that of the recursive definition, and holds', () => {
    for (const { from, to } of sizesAndOlder) {
      const proof = readProof(planConsistency(from, to), readNode);
      expect(proof.map(toHex)).toEqual(naiveProof(from, LEAVES.slice(0, to)).map(toHex));
      checkConsistency(headOf(from), headOf(to), proof);
    }
  });

  test('no proof holds with a hash changed, left out or added', () => {
    for (const { from, to } of sizesAndOlder.filter((_, at) => at % EVERY === 0)) {
      for (const proof of mutantsOf(naiveProof(from, LEAVES.slice(0, to)))) {
        const check = () => checkConsistency(headOf(from), headOf(to), proof);
        expect(codeOf(check)).toBe('consistency-proof-invalid');
      }
    }
  });

  test('no proof holds for another root or another size on either side', () => {
    for (const { from, to } of sizesAndOlder.filter((_, at) => at % EVERY === 0)) {
      const proof = naiveProof(from, LEAVES.slice(0, to));
      const [older, newer] = [headOf(from), headOf(to)];
      const wrong = [
        () => checkConsistency({ ...older, root: flipped(older.root) }, newer, proof),
        () => checkConsistency(older, { ...newer, root: flipped(newer.root) }, proof),
        () => checkConsistency(headOf(from - 1), newer, [new Uint8Array(32), ...proof]),
        () => checkConsistency({ ...older, size: to + 1 }, newer, proof),
      ];
      for (const check of wrong) expect(codeOf(check)).toBe('consistency-proof-invalid');
    }
  });

  test('the empty tree has one root, and every tree continues it without a proof', () => {
    const empty = { size: 0, root: EMPTY_ROOT };
    expect(planConsistency(0, 7)).toEqual([]);
    checkConsistency(empty, headOf(7), []);
    checkConsistency(empty, empty, []);
    const other = { size: 0, root: flipped(EMPTY_ROOT) };
    expect(codeOf(() => checkConsistency(other, headOf(7), []))).toBe('consistency-proof-invalid');
  });

  test('a proof from a larger tree to a smaller one is not made', () => {
    expect(() => planConsistency(8, 7)).toThrow(RangeError);
  });
});

test('a proof in a tree of 2^53 - 1 leaves has a hash for each level', () => {
  const size = Number.MAX_SAFE_INTEGER;
  expect(planInclusion(0, size)).toHaveLength(53);
  const path = planInclusion(size - 1, size);
  expect(path).toHaveLength(52);
  expect([path.at(0), path.at(-1)]).toEqual([
    [{ level: 1, index: 2 ** 52 - 2 }],
    [{ level: 52, index: 0 }],
  ]);
});
