import { toHex } from '../../core/bytes.ts';
import { parsePayload } from '../../core/payload.ts';
import { sha256 } from '../../crypto/hash.ts';
import { blockWeight, formatBlock, keyOfBlock, packPayloads } from './block.ts';
import { parseBlock, unpackPayloads } from './block.ts';
import type { Block } from './block.ts';
import { TreeGrower } from './grow-tree.ts';
import type { Change, Entry, Growth, LeafForm, Reading, Settled } from './grow-tree.ts';
import { MAX_LEAF_WEIGHT } from './inner-node.ts';
import { factKey, tenantKey } from './keys.ts';
import { EMPTY_STATE, EMPTY_TENANTS, formatFacts, formatTenants } from './pages.ts';
import { nodeHash, parseFacts, splitTenants } from './pages.ts';

/** What new facts of a tenant, not void ones, change; and where its chain stands then. */
export type TenantChange = {
  tenant: string;
  /** With the void facts: they are chained. */
  seq: number;
  head: Uint8Array;
  /** In the order of `seq`; null: the subject was retracted. */
  facts: readonly { key: Uint8Array; payload: Uint8Array | null }[];
};

const factEntry = (key: Uint8Array, payload: Uint8Array): Entry => ({
  key,
  weight: 1,
  bytes: payload,
});

const entryOfPayload = (payload: Uint8Array): Entry => {
  const { kind, subject } = parsePayload(payload);
  return factEntry(factKey(kind, subject), payload);
};

const blockEntry = (block: Block): Entry => ({
  key: tenantKey(block.tenant),
  weight: blockWeight(block),
  bytes: formatBlock(block),
});

const FACTS_FORM: LeafForm = {
  parse: (node) => {
    const { packed, count } = parseFacts(node);
    return unpackPayloads(packed, count).map(entryOfPayload);
  },
  format: (entries) => formatFacts(entries.map(({ bytes }) => bytes)),
  hash: sha256,
};

const TENANTS_FORM: LeafForm = {
  parse: (node) =>
    splitTenants(node).map((bytes) => {
      return { key: keyOfBlock(bytes), weight: blockWeight(parseBlock(bytes)), bytes };
    }),
  format: (entries) => formatTenants(entries.map(({ bytes }) => bytes)),
  hash: nodeHash,
};

const changesOf = ({ facts }: TenantChange): Change[] =>
  facts.map(({ key, payload }) => ({ key, entry: payload && factEntry(key, payload) }));

/** The tenant's facts as a tree that grows: from its own root, or from what its block holds. */
const treeOf = (change: TenantChange, block: Block | undefined) => {
  if (block?.root !== undefined) {
    return { root: { hash: block.root, weight: block.live }, changes: changesOf(change) };
  }
  const payloads = block?.payloads ? unpackPayloads(block.payloads, block.live) : [];
  const kept = payloads.map(entryOfPayload).map((entry): Change => ({ key: entry.key, entry }));
  return { root: null, changes: [...kept, ...changesOf(change)] };
};

const blockOf = ({ tenant, seq, head }: TenantChange, facts: Settled): Block => {
  if ('inner' in facts) {
    const { weight, hash } = facts.inner;
    return { tenant, seq, head, live: weight, payloads: undefined, root: hash };
  }
  const payloads = packPayloads(facts.entries.map(({ bytes }) => bytes));
  return { tenant, seq, head, live: facts.entries.length, payloads, root: undefined };
};

/**
 * The root of the state tree after these changes (facts-v1, "State tree"): the same as that of a
 * tree made from nothing. `root` null: there is none yet; each tenant at most once.
 */
export function* growState(
  root: Uint8Array | null,
  changes: readonly TenantChange[],
  growth: Growth,
): Reading<Uint8Array> {
  const tenants = new TreeGrower(TENANTS_FORM, growth);
  const ref = root === null ? null : { hash: root, weight: MAX_LEAF_WEIGHT };
  const keys = changes.map(({ tenant }) => tenantKey(tenant));
  const found = yield* tenants.find(ref, keys);
  const trees = changes.map((change, at) => {
    const entry = found.get(toHex(keys[at] as Uint8Array));
    return treeOf(change, entry && parseBlock(entry.bytes));
  });
  const facts = yield* new TreeGrower(FACTS_FORM, growth).grow(trees);
  const blocks = changes.map((change, at) => blockEntry(blockOf(change, facts[at] as Settled)));
  const grown = { root: ref, changes: blocks.map((entry) => ({ key: entry.key, entry })) };
  const [settled] = yield* tenants.grow([grown]);
  const grownRoot = settled === undefined ? null : tenants.put(settled);
  if (grownRoot !== null) return grownRoot.hash;
  growth.written.set(toHex(EMPTY_STATE), EMPTY_TENANTS);
  return EMPTY_STATE;
}
