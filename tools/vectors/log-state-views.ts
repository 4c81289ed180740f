import { concatBytes, toBase64, toHex, utf8 } from '../../facts/core/bytes.ts';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { formatKeySet, rootName } from '../../facts/log/key-set.ts';
import { bigEndian } from '../../facts/log/state/cursor.ts';
import { formatStateNote } from '../../facts/log/state/note.ts';
import { formatPage } from '../../facts/log/state/pages.ts';
import { formatView, viewNode } from '../../facts/log/state/view.ts';
import { StateWalk, tenantScope } from '../../facts/log/state/walk.ts';
import type { MemoryState } from '../../test/facts/log/state/memory-state.ts';
import { aKeySet, LOG_KEY, signAs } from '../../test/sdk/support/log-writer.ts';
import { aStateNote, NEXT_LOG_KEY, ROOT } from '../../test/sdk/support/log-writer.ts';
import type { LogVector, RefusedCase } from './log-vector.ts';
import { blockOf, byTenantKey, gzip, sample, STATE_LOG, tenantId } from './state-samples.ts';
import { treeOf, valueOf } from './state-samples.ts';
import type { Sample } from './state-samples.ts';

const SIZE = 400;
const KEY_SET = signAs(rootName(STATE_LOG), formatKeySet(aKeySet({ log: STATE_LOG })), [ROOT]);

const noteOf = (tree: MemoryState, key = LOG_KEY): string =>
  signAs(
    STATE_LOG,
    formatStateNote(
      aStateNote({ log: STATE_LOG, size: SIZE, root: tree.root ?? new Uint8Array() }),
    ),
    [key],
  );

/** The nodes of a view of a tree, as they should be. */
const nodesOf = (tree: MemoryState, tenant: string): Uint8Array[] => {
  const walk = new StateWalk(tree.root ?? new Uint8Array(), tenantScope(tenant));
  const nodes: Uint8Array[] = [];
  for (let wanted = walk.next(); wanted !== undefined; wanted = walk.next()) {
    const node = tree.nodes.get(toHex(wanted.hash)) ?? new Uint8Array();
    walk.take(wanted, node);
    nodes.push(wanted.owner === undefined ? viewNode(node, tenant) : node);
  }
  return nodes;
};

const inputOf = (tenant: string, view: Uint8Array) => ({
  tenant,
  keySets: [toBase64(utf8(KEY_SET))],
  view: toBase64(view),
});

const taken = (rule: string, samples: readonly Sample[], tenant: string): LogVector => {
  const tree = treeOf(samples);
  const one = samples.find((each) => each.tenant === tenant);
  return {
    rule,
    check: 'state-view',
    input: inputOf(tenant, formatView(noteOf(tree), nodesOf(tree, tenant))),
    expect: { value: { size: SIZE, block: one === undefined ? null : valueOf(one) } },
  };
};

const quiet = (count: number, first: number): Sample[] =>
  Array.from({ length: count }, (_, n) => sample(first + n, 0));

const THREE = [sample(1, 2), sample(2, 1), sample(3, 0)];
const TWO_LEVELS = [sample(1, 2), ...quiet(300, 2)];
/** One tenant that fills the tree almost alone: many paths end in nothing. */
const LONELY = [sample(1, 200), sample(2, 57)];
const inNoPage = (samples: readonly Sample[]): string => {
  const tree = treeOf(samples);
  for (let n = 1000; ; n += 1) if (nodesOf(tree, tenantId(n)).length === 1) return tenantId(n);
};

export const VALID_STATE_VIEWS: Record<string, LogVector> = {
  'state-view': taken('a tenant, and of its neighbours only hashes', THREE, tenantId(1)),
  'state-view-quiet': taken('a tenant without live facts', THREE, tenantId(3)),
  'state-view-deep': taken('a tenant below an inner node', TWO_LEVELS, tenantId(1)),
  'state-view-own': taken(
    'a tenant with a tree of its own',
    [sample(1, 257), sample(2, 1)],
    tenantId(1),
  ),
  'state-view-neighbour-own': taken(
    "a neighbour's own tree is not shown",
    [sample(1, 257), sample(2, 1)],
    tenantId(2),
  ),
  'state-view-absent': taken('a page that has no such tenant', THREE, tenantId(9)),
  'state-view-absent-deep': taken('a page below that has none', TWO_LEVELS, tenantId(999)),
  'state-view-absent-child': taken(
    'a path that ends in a child without anything',
    LONELY,
    inNoPage(LONELY),
  ),
  'state-view-empty': taken('the tree of no tenant', [], tenantId(1)),
};

const raw = (rule: string, view: Uint8Array, tenant = tenantId(1)) =>
  ({ rule, check: 'state-view', input: inputOf(tenant, view) }) as const;

type Change = (nodes: Uint8Array[], tree: MemoryState) => Uint8Array[];

const changed = (
  rule: string,
  samples: readonly Sample[],
  change: Change,
  tenant = tenantId(1),
) => {
  const tree = treeOf(samples);
  return raw(rule, formatView(noteOf(tree), change(nodesOf(tree, tenant), tree)), tenant);
};

const [NEIGHBOUR = THREE[1] as Sample] = byTenantKey(THREE).filter(
  ({ tenant }) => tenant !== tenantId(1),
);
const PAGE_BLOCKS = byTenantKey(THREE).map((one) => blockOf(one));
/** The page with both blocks shown: its hash holds, and a neighbour's facts are in it. */
const shownTwice = (): Uint8Array => {
  const both = byTenantKey(THREE).map((one) => {
    const block = blockOf(one);
    const shown = one.tenant === tenantId(1) || one === NEIGHBOUR;
    const [, , , ...hidden] = formatPage([block], 'nobody');
    return shown
      ? concatBytes(new Uint8Array([1]), bigEndian(block.length, 4), block)
      : Uint8Array.from(hidden);
  });
  return concatBytes(new Uint8Array([6]), bigEndian(both.length, 2), ...both);
};
const WHOLE = formatView(noteOf(treeOf(THREE)), nodesOf(treeOf(THREE), tenantId(1)));
const OWN = [sample(1, 257), sample(2, 1)];

export const INVALID_STATE_VIEWS = {
  'state-node-malformed--view-empty': raw('nothing at all', new Uint8Array()),
  'state-node-malformed--view-cut': raw('a view that is cut in a node', WHOLE.subarray(0, -1)),
  'state-node-malformed--view-behind': raw(
    'a byte behind a view',
    concatBytes(WHOLE, new Uint8Array(1)),
  ),
  'state-node-malformed--view-missing': changed('a node is missing', TWO_LEVELS, (nodes) =>
    nodes.slice(0, -1),
  ),
  'state-node-malformed--view-left-over': changed('a node too many', TWO_LEVELS, (nodes) => [
    ...nodes,
    ...nodes.slice(-1),
  ]),
  'state-node-malformed--view-absent-more': changed(
    'a page behind a child without anything',
    LONELY,
    (nodes) => [...nodes, formatPage([], 'nobody')],
    inNoPage(LONELY),
  ),
  'state-node-malformed--view-tenants': changed(
    'a node of tenants instead of a page',
    THREE,
    (_, tree) => [...tree.nodes.values()],
  ),
  'state-node-malformed--view-neighbour': changed("a neighbour's block is shown", THREE, () => [
    shownTwice(),
  ]),
  'state-node-malformed--view-hidden': changed("the tenant's own block is not shown", THREE, () => [
    formatPage(PAGE_BLOCKS, 'nobody'),
  ]),
  'state-node-malformed--view-order': changed('blocks in the wrong order', THREE, () => [
    formatPage(PAGE_BLOCKS.toReversed(), tenantId(1)),
  ]),
  'state-node-malformed--view-slot': changed('a third form of a block', THREE, ([page]) => [
    page === undefined
      ? new Uint8Array()
      : Uint8Array.from(page, (byte, at) => (at === 3 ? 2 : byte)),
  ]),
  'state-node-malformed--view-gzip': changed('a node that is compressed', THREE, (nodes) =>
    nodes.map(gzip),
  ),
  'state-node-malformed--view-own-missing': changed(
    'a leaf of the own tree is missing',
    OWN,
    (nodes) => nodes.slice(0, -1),
  ),
  'state-hash-mismatch--view': changed('a page without a neighbour', THREE, () => [
    formatPage(
      byTenantKey([sample(1, 2), sample(2, 1)]).map((one) => blockOf(one)),
      tenantId(1),
    ),
  ]),
  'state-hash-mismatch--view-absent': changed('a page without the tenant', THREE, () => [
    formatPage(
      byTenantKey([sample(2, 1), sample(3, 0)]).map((one) => blockOf(one)),
      tenantId(1),
    ),
  ]),
  'state-hash-mismatch--view-own-order': changed(
    'leaves of the own tree in another order',
    OWN,
    (nodes) => [...nodes.slice(0, 2), ...nodes.slice(2).toReversed()],
  ),
  'note-key-unknown--view': raw(
    'a note by another key',
    formatView(noteOf(treeOf(THREE), NEXT_LOG_KEY), nodesOf(treeOf(THREE), tenantId(1))),
  ),
} satisfies Partial<Record<FactErrorCode | `${FactErrorCode}--${string}`, RefusedCase>>;
