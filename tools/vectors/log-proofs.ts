import { fromHex, toHex } from '../../facts/core/bytes.ts';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { entryHash } from '../../facts/crypto/hash.ts';
import { planConsistency, planInclusion, readProof } from '../../facts/log/prove.ts';
import type { NodeAt } from '../../facts/log/subtree.ts';
import { TreeBuilder } from '../../facts/log/tree.ts';
import { TRANSPARENCY_ENTRIES, TRANSPARENCY_ROOTS } from './log-trees.ts';
import type { LogChecks, LogVector, RefusedCase } from './log-vector.ts';

const LEAVES = TRANSPARENCY_ENTRIES.map((hex) => entryHash(fromHex(hex) ?? new Uint8Array()));
const ZEROS = '00'.repeat(32);

const readNode = ({ level, index }: NodeAt): Uint8Array => {
  const tree = new TreeBuilder();
  for (const leaf of LEAVES.slice(index * 2 ** level, (index + 1) * 2 ** level)) tree.append(leaf);
  return tree.root();
};

const headOf = (size: number) => ({ size, root: TRANSPARENCY_ROOTS[size] ?? '' });

const inclusion = (index: number, size: number): LogChecks['inclusion']['input'] => ({
  index,
  leaf: toHex(LEAVES[index] ?? new Uint8Array()),
  ...headOf(size),
  proof: readProof(planInclusion(index, size), readNode).map(toHex),
});

const consistency = (from: number, to: number): LogChecks['consistency']['input'] => ({
  older: headOf(from),
  newer: headOf(to),
  proof: readProof(planConsistency(from, to), readNode).map(toHex),
});

const included = (rule: string, index: number, size: number): LogVector => ({
  rule,
  check: 'inclusion',
  input: inclusion(index, size),
  expect: { value: true },
});

const consistent = (rule: string, from: number, to: number): LogVector => ({
  rule,
  check: 'consistency',
  input: consistency(from, to),
  expect: { value: true },
});

const tree = (rule: string, size: number): LogVector => ({
  rule,
  check: 'tree',
  input: { entries: TRANSPARENCY_ENTRIES.slice(0, size) },
  expect: { value: { root: headOf(size).root } },
});

export const VALID_PROOFS: Record<string, LogVector> = {
  'tree-empty': tree('the root without leaves is the hash of nothing', 0),
  'tree-one': tree('the root over one leaf is its leaf hash', 1),
  'tree-seven': tree('a tree that is not complete', 7),
  'tree-eight': tree('the tree with which Certificate Transparency tests itself', 8),
  'inclusion-only-leaf': included('the only leaf needs no proof', 0, 1),
  'inclusion-first-of-eight': included('the first leaf of a complete tree', 0, 8),
  'inclusion-last-of-seven': included('the last leaf, whose path skips a level', 6, 7),
  'inclusion-third-of-five': included('a leaf within', 2, 5),
  'consistency-from-empty': consistent('every tree continues the empty one', 0, 5),
  'consistency-equal': consistent('a tree continues itself', 7, 7),
  'consistency-from-one': consistent('from one leaf', 1, 8),
  'consistency-from-complete': consistent('from a complete subtree, which is left out', 4, 7),
  'consistency-from-three': consistent('from a tree that is not complete', 3, 7),
  'consistency-six-to-eight': consistent('to a complete tree', 6, 8),
};

type Inclusion = LogChecks['inclusion']['input'];
type Consistency = LogChecks['consistency']['input'];

const notIncluded = (rule: string, change: (input: Inclusion) => Partial<Inclusion>) => {
  const input = inclusion(4, 7);
  return { rule, check: 'inclusion', input: { ...input, ...change(input) } } as const;
};

const inconsistent = (rule: string, change: (input: Consistency) => Partial<Consistency>) => {
  const input = consistency(3, 7);
  return { rule, check: 'consistency', input: { ...input, ...change(input) } } as const;
};

type Code = FactErrorCode | `${FactErrorCode}--${string}`;

export const INVALID_PROOFS = {
  'inclusion-proof-invalid': notIncluded('another root', () => ({ root: ZEROS })),
  'inclusion-proof-invalid--another-leaf': notIncluded('another leaf', () => ({ leaf: ZEROS })),
  'inclusion-proof-invalid--another-index': notIncluded('its neighbour', () => ({ index: 5 })),
  'inclusion-proof-invalid--index-beyond': notIncluded('an index beyond the tree', () => ({
    index: 7,
  })),
  'inclusion-proof-invalid--another-size': notIncluded('a size with another path', () => ({
    size: 5,
  })),
  'inclusion-proof-invalid--too-short': notIncluded('without its last hash', ({ proof }) => ({
    proof: proof.slice(0, -1),
  })),
  'inclusion-proof-invalid--too-long': notIncluded('a hash too many', ({ proof }) => ({
    proof: [...proof, ZEROS],
  })),
  'inclusion-proof-invalid--order': notIncluded('from the root down', ({ proof }) => ({
    proof: proof.toReversed(),
  })),
  'inclusion-proof-invalid--short-hash': notIncluded('a hash of 31 bytes', ({ proof }) => ({
    proof: proof.map((hash) => hash.slice(2)),
  })),
  'consistency-proof-invalid': inconsistent('another newer root', ({ newer }) => ({
    newer: { ...newer, root: ZEROS },
  })),
  'consistency-proof-invalid--older-root': inconsistent('another older root', ({ older }) => ({
    older: { ...older, root: ZEROS },
  })),
  'consistency-proof-invalid--shrunk': inconsistent('a newer tree that is smaller', (input) => ({
    older: input.newer,
    newer: input.older,
  })),
  'consistency-proof-invalid--fork': inconsistent('two roots of one size', ({ newer }) => ({
    older: { ...newer, root: ZEROS },
    proof: [],
  })),
  'consistency-proof-invalid--empty-root': inconsistent('an empty tree with a root', () => ({
    older: { size: 0, root: ZEROS },
    proof: [],
  })),
  'consistency-proof-invalid--not-needed': inconsistent('a proof where none is due', () => ({
    older: headOf(0),
  })),
  'consistency-proof-invalid--empty': inconsistent('no proof', () => ({ proof: [] })),
  'consistency-proof-invalid--too-short': inconsistent('without its last hash', ({ proof }) => ({
    proof: proof.slice(0, -1),
  })),
  'consistency-proof-invalid--too-long': inconsistent('a hash too many', ({ proof }) => ({
    proof: [...proof, ZEROS],
  })),
} satisfies Partial<Record<Code, RefusedCase>>;
