import { concatBytes, toHex, utf8 } from '../../facts/core/bytes.ts';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { Fact } from '../../facts/core/types.ts';
import { formatBlock } from '../../facts/log/state/block.ts';
import { bigEndian } from '../../facts/log/state/cursor.ts';
import { MAX_NODE_BYTES } from '../../facts/log/state/file.ts';
import { formatInner } from '../../facts/log/state/inner-node.ts';
import type { NodeRef } from '../../facts/log/state/inner-node.ts';
import { nibbleAt, tenantKey } from '../../facts/log/state/keys.ts';
import { formatFacts, formatTenants } from '../../facts/log/state/pages.ts';
import type { MemoryState } from '../../test/facts/log/state/memory-state.ts';
import { memberDraft } from '../../test/sdk/support/fact-writer.ts';
import type { LogVector, NodeFiles, RefusedCase } from './log-vector.ts';
import { asRoot, aTinyFact, blockOf, byTenantKey, gzip, hashOf } from './state-samples.ts';
import { inOrder, pageOf, sample, served, STATE_LOG, treeOf } from './state-samples.ts';
import { valuesOf } from './state-samples.ts';
import type { Sample } from './state-samples.ts';

type Tree = { root: string; nodes: NodeFiles };

const inputOf = (tree: Tree, epoch = 1) => ({ log: STATE_LOG, epoch, ...tree });

const filesOf = ({ root, nodes }: MemoryState): Tree => ({
  root: toHex(root ?? new Uint8Array()),
  nodes: served(nodes),
});

/** As served: an odd one uncompressed, an even one not, since both are allowed. */
const compressed = ({ root, nodes }: MemoryState): Tree => ({
  root: toHex(root ?? new Uint8Array()),
  nodes: served([...nodes].map(([name, node]) => [name, gzip(node)])),
});

const taken = (rule: string, samples: readonly Sample[], { epoch = 1, packed = false } = {}) => {
  const tree = treeOf(samples);
  return {
    rule,
    check: 'state-tree',
    input: inputOf(packed ? compressed(tree) : filesOf(tree), epoch),
    expect: { value: { tenants: valuesOf(samples) } },
  } satisfies LogVector;
};

/** Without facts a tenant's block is small, and weighs as much as one with a fact. */
const quiet = (count: number, first = 0): Sample[] =>
  Array.from({ length: count }, (_, n) => sample(first + n, 0));

const draft = memberDraft('bbbbbbbb-0000-4000-8000-000000000001', 's', ['owner']);
const KINDS: Sample = {
  tenant: PLATFORM_TENANT,
  seq: 9,
  facts: [
    aTinyFact(PLATFORM_TENANT, 3),
    aTinyFact(PLATFORM_TENANT, 9, {
      kind: 'membership',
      subject: draft.subject,
      body: { ...draft.body },
    }),
    aTinyFact(PLATFORM_TENANT, 7, {
      kind: 'api-key',
      subject: 'api-key:bbbbbbbb-0000-4000-8000-000000000002',
      body: { hash: 'A'.repeat(43), scopes: ['x:y'], namespace: 'n', until: null },
    }),
  ],
};

export const VALID_STATE_TREES: Record<string, LogVector> = {
  'state-tree-empty': taken('the tree of no tenant is a page of none', []),
  'state-tree-one-page': taken('three tenants, one without live facts, in one page', [
    KINDS,
    sample(1, 2),
    sample(2, 0),
  ]),
  'state-tree-compressed': taken('the same, compressed', [KINDS, sample(1, 2), sample(2, 0)], {
    packed: true,
  }),
  'state-tree-full-page': taken('a page of weight 256', quiet(256)),
  'state-tree-parted': taken('a page of weight 257 is parted', quiet(257)),
  'state-tree-parted-by-facts': taken(
    'what weighs is facts, not tenants',
    [sample(1, 200), sample(2, 57)],
    { packed: true },
  ),
  'state-tree-full-block': taken('256 live facts stand in the block', [sample(1, 256)], {
    packed: true,
  }),
  'state-tree-own': taken(
    'a tenant of 257 live facts has a tree of its own, and weighs 1',
    [sample(1, 257), sample(2, 1), ...quiet(254, 3)],
    { packed: true },
  ),
  'state-tree-older-epoch': taken('facts of earlier epochs are live', [sample(1, 1)], { epoch: 2 }),
};

const bad = (rule: string, tree: Tree, epoch = 1) =>
  ({ rule, check: 'state-tree', input: inputOf(tree, epoch) }) as const;

/** One page of two tenants, changed. */
const TWO = [sample(1, 1), sample(2, 1)];
const PAGE = pageOf(TWO);
const page = (rule: string, change: (node: Uint8Array) => Uint8Array) =>
  bad(rule, asRoot(change(PAGE)));
const blocks = (rule: string, ...of: Uint8Array[]) => bad(rule, asRoot(formatTenants(of)));
const byte = (...values: number[]): Uint8Array => new Uint8Array(values);
const replaceAt = (bytes: Uint8Array, at: number, ...values: number[]): Uint8Array => {
  const changed = Uint8Array.from(bytes);
  changed.set(values, at);
  return changed;
};
/** Offset of `live` in a block. */
const LIVE = 16 + 8 + 32;

/** A block whose facts are these, in this order. */
const facts = (rule: string, of: readonly Fact[], { seq = 2, epoch = 1 } = {}) => {
  const one = { ...sample(1, 0), seq };
  return bad(rule, asRoot(formatTenants([blockOf(one, of.map(encodePayload))])), epoch);
};
/** A block of one payload, whatever it is. */
const payload = (rule: string, change: (text: string) => string) => {
  const text = new TextDecoder().decode(encodePayload(fact()));
  const changed = change(text);
  if (changed === text) throw new Error(`nothing changed for: ${rule}`);
  return bad(rule, asRoot(formatTenants([blockOf(sample(1, 1), [utf8(changed)])])));
};
const fact = (overrides: Partial<Fact> = {}, n = 1): Fact =>
  aTinyFact(sample(1, 0).tenant, n, overrides);
const [EARLIER, LATER] = inOrder([fact(), fact({}, 2)]) as [Fact, Fact];

/** A root of two levels over these pages by their nibble, and their files. */
const twoLevels = (
  pages: Record<number, Uint8Array>,
  refs: Record<number, Partial<NodeRef>> = {},
) => {
  const children = Array.from({ length: 16 }, (_, nibble) => {
    const node = pages[nibble];
    if (node === undefined) return null;
    const count = (node[1] ?? 0) * 256 + (node[2] ?? 0);
    return { hash: hashOf(node), weight: count, ...refs[nibble] };
  });
  const root = formatInner(children);
  const files = Object.values(pages).map((node) => [toHex(hashOf(node)), node] as const);
  return {
    root: toHex(hashOf(root)),
    nodes: served([[toHex(hashOf(root)), root], ...files]),
  };
};
/** 257 tenants by the first four bits of their keys. */
const byNibble = Map.groupBy(quiet(257), ({ tenant }) => nibbleAt(tenantKey(tenant), 0));
const PAGES: Record<number, Uint8Array> = Object.fromEntries(
  [...byNibble].map(([nibble, samples]) => [nibble, pageOf(samples)]),
);
const [FIRST_NIBBLE = 0, SECOND_NIBBLE = 1] = Object.keys(PAGES).map(Number);
const swappedPages = {
  ...PAGES,
  [FIRST_NIBBLE]: PAGES[SECOND_NIBBLE] ?? PAGE,
  [SECOND_NIBBLE]: PAGES[FIRST_NIBBLE] ?? PAGE,
};
const INNER_BYTES = formatInner(
  Array.from({ length: 16 }, () => ({ hash: new Uint8Array(32).fill(9), weight: 99 })),
);
/** A child is 40 bytes: a hash and a weight. */
const CHILD = 40;

/** One tenant whose facts are in a tree of its own, of these nodes, the root first. */
const own = (rule: string, nodes: readonly Uint8Array[], live = 257) => {
  const [root = PAGE] = nodes;
  const block = formatBlock({
    tenant: sample(1, 0).tenant,
    seq: 300,
    head: new Uint8Array(32).fill(7),
    live,
    payloads: undefined,
    root: hashOf(root),
  });
  const top = formatTenants([block]);
  const all = [top, ...nodes];
  return bad(rule, {
    root: toHex(hashOf(top)),
    nodes: served(all.map((node) => [toHex(hashOf(node)), gzip(node)])),
  });
};
const MANY = Array.from({ length: 257 }, (_, n) => fact({}, n + 1));
const OWN = [...treeOf([{ tenant: sample(1, 0).tenant, seq: 300, facts: MANY }]).nodes.values()];
const OWN_ROOT = OWN.find((node) => node[0] === 3) ?? PAGE;
const OWN_LEAVES = OWN.filter((node) => node[0] === 4);
/** The own tree with its first two leaves changed, and the root that names them. */
const changedOwn = (change: (leaves: Uint8Array[]) => Uint8Array[]): Uint8Array[] => {
  const leaves = change(OWN_LEAVES);
  const changed = leaves.map((leaf, at) => {
    const nibble = nibbleOfLeaf(OWN_LEAVES[at] ?? PAGE);
    return [nibble, { hash: hashOf(leaf), weight: (leaf[1] ?? 0) * 256 + (leaf[2] ?? 0) }] as const;
  });
  const children = new Map(changed);
  const root = formatInner(Array.from({ length: 16 }, (_, nibble) => children.get(nibble) ?? null));
  return [root, ...leaves];
};
const nibbleOfLeaf = (leaf: Uint8Array): number => {
  const hash = toHex(hashOf(leaf));
  return Array.from({ length: 16 }, (_, n) =>
    toHex(OWN_ROOT.subarray(1 + n * CHILD, 33 + n * CHILD)),
  ).indexOf(hash);
};
const swapFirst = ([one = PAGE, other = PAGE, ...rest]: Uint8Array[]): Uint8Array[] => [
  other,
  one,
  ...rest,
];
const bomb = gzip(new Uint8Array(MAX_NODE_BYTES + 1));
const TWO_HASH = hashOf(PAGE);
const file = (rule: string, bytes: Uint8Array) => bad(rule, asRoot(bytes, TWO_HASH));

export const INVALID_STATE_TREES = {
  'state-node-malformed': file('nothing at all', new Uint8Array()),
  'state-node-malformed--form': page('a node of another form', (node) => replaceAt(node, 0, 1)),
  'state-node-malformed--page-of-view': file('a page as in a view', byte(6, 0, 0)),
  'state-node-malformed--cut': page('a page that is cut', (node) => node.subarray(0, -1)),
  'state-node-malformed--bytes-behind': page('a byte behind a page', (node) =>
    concatBytes(node, byte(0)),
  ),
  'state-node-malformed--count': page('a block less than it says', (node) => replaceAt(node, 2, 3)),
  'state-node-malformed--count-small': page('a block more than it says', (node) =>
    replaceAt(node, 2, 1),
  ),
  'state-node-malformed--gzip-flags': file('gzip with a flag', replaceAt(gzip(PAGE), 3, 8)),
  'state-node-malformed--gzip-cut': file('gzip that is cut', gzip(PAGE).subarray(0, -1)),
  'state-node-malformed--gzip-behind': file('a byte behind gzip', concatBytes(gzip(PAGE), byte(0))),
  'state-node-malformed--gzip-twice': file(
    'two members of gzip',
    concatBytes(gzip(PAGE.subarray(0, 9)), gzip(PAGE.subarray(9))),
  ),
  'state-node-malformed--gzip-checksum': file(
    'a checksum that does not hold',
    replaceAt(gzip(PAGE), gzip(PAGE).length - 8, 1, 2, 3, 4),
  ),
  'state-node-malformed--gzip-length': file(
    'a length that does not hold',
    replaceAt(gzip(PAGE), gzip(PAGE).length - 4, 1, 2, 3, 4),
  ),
  'state-node-malformed--gzip-bomb': file('8 MiB and a byte of zeros', bomb),
  'state-node-malformed--order': blocks(
    'tenants in the wrong order',
    ...byTenantKey(TWO)
      .toReversed()
      .map((one) => blockOf(one)),
  ),
  'state-node-malformed--twice': blocks(
    'a tenant twice',
    blockOf(sample(1, 1)),
    blockOf(sample(1, 1)),
  ),
  'state-node-malformed--block-cut': blocks(
    'a block that is cut',
    blockOf(sample(1, 1)).subarray(0, -1),
  ),
  'state-node-malformed--block-short': blocks(
    'a block that is shorter than any',
    blockOf(sample(1, 0)).subarray(1),
  ),
  'state-node-malformed--block-behind': blocks(
    'a byte behind a block',
    concatBytes(blockOf(sample(1, 1)), byte(0)),
  ),
  'state-node-malformed--live-large': blocks(
    'a fact less than a block says',
    replaceAt(blockOf(sample(1, 1)), LIVE, 0, 0, 0, 2),
  ),
  'state-node-malformed--live-small': blocks(
    'a fact more than a block says',
    replaceAt(blockOf(sample(1, 1)), LIVE, 0, 0, 0, 0),
  ),
  'state-node-malformed--live-own': blocks(
    '257 live facts in a block',
    replaceAt(blockOf(sample(1, 1)), LIVE, 0, 0, 1, 1),
  ),
  'state-node-malformed--seq': blocks(
    'a seq of 2^53',
    replaceAt(blockOf(sample(1, 0)), 16, 0, 32, 0, 0, 0, 0, 0, 0),
  ),
  'state-node-malformed--heavy': bad('a page of weight 257', asRoot(pageOf(quiet(257)))),
  'state-node-malformed--light': bad(
    'an inner node of weight 256',
    twoLevels(
      Object.fromEntries(
        [...Map.groupBy(quiet(256), ({ tenant }) => nibbleAt(tenantKey(tenant), 0))].map(
          ([nibble, samples]) => [nibble, pageOf(samples)],
        ),
      ),
    ),
  ),
  'state-node-malformed--prefix': bad('tenants of another page', twoLevels(swappedPages)),
  'state-node-malformed--inner-cut': file('an inner node that is cut', INNER_BYTES.subarray(0, -1)),
  'state-node-malformed--inner-behind': file(
    'a byte behind an inner node',
    concatBytes(INNER_BYTES, byte(0)),
  ),
  'state-node-malformed--hash-alone': file(
    'a child without weight',
    replaceAt(INNER_BYTES, 1 + 32, ...bigEndian(0, 8)),
  ),
  'state-node-malformed--weight-alone': file(
    'a child without hash',
    replaceAt(INNER_BYTES, 1, ...new Uint8Array(32)),
  ),
  'state-node-malformed--weight': file(
    'a weight of 2^53',
    replaceAt(INNER_BYTES, 1 + 32, 0, 32, 0, 0, 0, 0, 0, 0),
  ),
  'state-node-malformed--weights': file(
    'weights that add up to more than 2^53 - 1',
    replaceAt(INNER_BYTES, 1 + 32, ...bigEndian(Number.MAX_SAFE_INTEGER, 8)),
  ),
  'state-node-malformed--facts': file('facts where tenants should be', formatFacts([])),
  'state-node-malformed--own-tenants': own('tenants in a tree of facts', [PAGE]),
  'state-node-malformed--own-behind': own('a byte behind facts', [
    concatBytes(formatFacts([encodePayload(fact())]), byte(0)),
  ]),
  'state-node-malformed--own-cut': own('facts that are cut', [
    formatFacts([encodePayload(fact())]).subarray(0, -1),
  ]),
  'state-node-malformed--own-heavy': own('257 facts in one node', [
    formatFacts(inOrder(MANY).map(encodePayload)),
  ]),
  'state-node-malformed--own-prefix': own('facts of another node', changedOwn(swapFirst)),
  'state-node-malformed--tenant': facts("a neighbour's fact", [
    fact({ tenant: sample(2, 0).tenant }),
  ]),
  'state-node-malformed--retract': facts('a retraction', [fact({ op: 'retract' })]),
  'state-node-malformed--seq-above': facts('a fact above the seq of its block', [fact({}, 3)]),
  'state-node-malformed--facts-order': facts('facts in the wrong order', [LATER, EARLIER]),
  'state-node-malformed--facts-twice': facts('a subject twice', [EARLIER, { ...EARLIER, seq: 2 }]),
  'payload-not-json--state': payload('a payload that is cut', (text) => text.slice(0, -1)),
  'payload-not-compact--state': payload('a space', (text) => text.replace(':1', ': 1')),
  'payload-field--state': payload('seq 0', (text) => text.replace('"seq":1', '"seq":0')),
  'payload-too-large--state': payload('over 16 KiB', (text) =>
    text.replace('"body":{}', `"body":{"x":"${'x'.repeat(16_384)}"}`),
  ),
  'subject-mismatch--state': payload('a subject of another kind', (text) =>
    text.replace('"kind":"x"', '"kind":"role"'),
  ),
  'body-invalid--state': payload('no body of its kind', (text) =>
    text.replace('"kind":"x","subject":"x:1"', '"kind":"app","subject":"app:x"'),
  ),
  'log-mismatch--state': facts('a fact of another log', [fact({ log: 'b' })]),
  'epoch-mismatch--state-fact': facts('a fact of a later epoch', [fact({ epoch: 3 })], {
    epoch: 2,
  }),
  'state-hash-mismatch': bad(
    'another page than the root names',
    asRoot(PAGE, new Uint8Array(32).fill(9)),
  ),
  'state-hash-mismatch--inner': file('an inner node with another hash', INNER_BYTES),
  'state-hash-mismatch--page': bad('another page than an inner node names', {
    ...twoLevels(PAGES),
    nodes: {
      ...twoLevels(PAGES).nodes,
      ...served([
        [
          toHex(hashOf(PAGES[FIRST_NIBBLE] ?? PAGE)),
          pageOf((byNibble.get(FIRST_NIBBLE) ?? []).slice(1)),
        ],
      ]),
    },
  }),
  'state-hash-mismatch--not-served': bad('a root that nobody serves', {
    ...asRoot(PAGE),
    nodes: {},
  }),
  'state-hash-mismatch--weight': bad(
    'a page of another weight than an inner node names',
    twoLevels(PAGES, { [FIRST_NIBBLE]: { weight: 100 } }),
  ),
  'state-hash-mismatch--own-live': own(
    'more live facts than the tree has',
    changedOwn((leaves) => leaves),
    258,
  ),
} satisfies Partial<Record<FactErrorCode | `${FactErrorCode}--${string}`, RefusedCase>>;
