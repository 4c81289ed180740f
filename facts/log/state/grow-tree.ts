import { toHex } from '../../core/bytes.ts';
import { sha256 } from '../../crypto/hash.ts';
import { formatInner, INNER, MAX_LEAF_WEIGHT, parseInner, weightOf } from './inner-node.ts';
import type { Children, NodeRef } from './inner-node.ts';
import { childPrefix, compareKeys, FANOUT, nibbleAt, NO_PREFIX } from './keys.ts';
import type { Prefix } from './keys.ts';

/*
 * Making the next tree out of one that is there, in the steps of a generator, so that storage may
 * be slow and this folder has no I/O: it yields the hashes of nodes to read, all of one depth at
 * once, and is handed their bytes. It reads and writes the paths to what changes, and the
 * neighbours that a removal joins into one leaf.
 */

/** What stands in a leaf node: a tenant's block, or a payload. */
export type Entry = { key: Uint8Array; weight: number; bytes: Uint8Array };
/** `entry` null: nothing stands there any more. */
export type Change = { key: Uint8Array; entry: Entry | null };

/** The leaf nodes of one of the two trees. */
export type LeafForm = {
  parse(node: Uint8Array): Entry[];
  format(entries: readonly Entry[]): Uint8Array;
  hash(node: Uint8Array): Uint8Array;
};

/** Nodes by their hash in hexadecimal, unpacked. */
export type Nodes = ReadonlyMap<string, Uint8Array>;
/**
 * Yields hashes of nodes to read, and is handed a map that has them. None at all: some work was
 * done, and others may have the thread for a moment.
 */
export type Reading<T> = Generator<Uint8Array[], T, Nodes>;

/** What became of the nodes: `written` are new, `replaced` are of the tree before. */
export type Growth = { written: Map<string, Uint8Array>; replaced: Set<string> };

/** A tree and what changes in it; null: there is no tree yet. */
export type Grown = { root: NodeRef | null; changes: readonly Change[] };

/** A node that changes: an inner one with those below it, or the entries of a leaf. */
type Open = Grown & {
  prefix: Prefix;
  children?: Children;
  below?: (Open | undefined)[];
  entries?: Entry[];
};

/** Keys that are looked for below a node. */
type Sought = { ref: NodeRef; keys: readonly Uint8Array[]; depth: number };

/** A leaf is written only once it is certain that it is not joined with its neighbours. */
export type Settled = { entries: Entry[] } | { inner: NodeRef };

const nodeOf = (nodes: Nodes, { hash }: NodeRef): Uint8Array => {
  const node = nodes.get(toHex(hash));
  if (node === undefined) throw new RangeError(`no node ${toHex(hash)}`);
  return node;
};

/** Ascending by key; the changes win. */
const apply = (entries: readonly Entry[], changes: readonly Change[]): Entry[] => {
  const all = new Map(entries.map((entry) => [toHex(entry.key), entry]));
  for (const { key, entry } of changes) {
    if (entry === null) all.delete(toHex(key));
    else all.set(toHex(key), entry);
  }
  return [...all.values()].toSorted((a, b) => compareKeys(a.key, b.key));
};

const byNibble = <T extends { key: Uint8Array }>(items: readonly T[], depth: number): T[][] => {
  const parts = Array.from({ length: FANOUT }, (): T[] => []);
  for (const item of items) parts[nibbleAt(item.key, depth)]?.push(item);
  return parts;
};

const heaviness = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { weight }) => sum + weight, 0);

const weightOfSettled = (one: Settled | NodeRef | null): number => {
  if (one === null) return 0;
  if ('inner' in one) return one.inner.weight;
  return 'entries' in one ? heaviness(one.entries) : one.weight;
};

/** Grows trees of one form; what they write and replace is collected in one place. */
export class TreeGrower {
  readonly #form: LeafForm;
  readonly #growth: Growth;

  constructor(form: LeafForm, growth: Growth) {
    this.#form = form;
    this.#growth = growth;
  }

  /** The trees afterwards; one that is light enough to be a leaf is not written yet. */
  *grow(trees: readonly Grown[]): Reading<Settled[]> {
    const open = trees.map((tree): Open => ({ ...tree, prefix: NO_PREFIX }));
    yield* this.#descend(open);
    const settled: Settled[] = [];
    for (const tree of open) settled.push(yield* this.#settle(tree));
    return settled;
  }

  /** Writes what is not written yet; null for nothing. */
  put(settled: Settled): NodeRef | null {
    if ('inner' in settled) return settled.inner;
    const { entries } = settled;
    if (entries.length === 0) return null;
    const node = this.#form.format(entries);
    return this.#write({ hash: this.#form.hash(node), weight: heaviness(entries) }, node);
  }

  /** Those of these keys that stand in a tree, by key in hexadecimal. */
  *find(root: NodeRef | null, keys: readonly Uint8Array[]): Reading<Map<string, Entry>> {
    const found = new Map<string, Entry>();
    let level: Sought[] = root === null ? [] : [{ ref: root, keys, depth: 0 }];
    while (level.length > 0) {
      const nodes = yield level.map(({ ref }) => ref.hash);
      const below: Sought[] = [];
      for (const sought of level) {
        below.push(...this.#seek(sought, nodeOf(nodes, sought.ref), found));
        yield [];
      }
      level = below;
    }
    return found;
  }

  #seek({ keys, depth }: Sought, node: Uint8Array, found: Map<string, Entry>): Sought[] {
    if (node[0] !== INNER) {
      const asked = new Set(keys.map(toHex));
      for (const entry of this.#form.parse(node)) {
        const name = toHex(entry.key);
        if (asked.has(name)) found.set(name, entry);
      }
      return [];
    }
    const parts = byNibble(
      keys.map((key) => ({ key })),
      depth,
    );
    return parseInner(node).flatMap((ref, nibble) => {
      const part = parts[nibble] ?? [];
      if (ref === null || part.length === 0) return [];
      return [{ ref, keys: part.map(({ key }) => key), depth: depth + 1 }];
    });
  }

  *#descend(roots: readonly Open[]): Reading<void> {
    let level = roots;
    while (level.length > 0) {
      const hashes = level.flatMap(({ root }) => (root === null ? [] : [root.hash]));
      const nodes = hashes.length === 0 ? new Map() : yield hashes;
      const below: Open[] = [];
      for (const open of level) {
        below.push(...this.#openNode(open, nodes));
        yield [];
      }
      level = below;
    }
  }

  /** Reads one node that changes; answers with those below it that change too. */
  #openNode(open: Open, nodes: Nodes): Open[] {
    const { root, changes, prefix } = open;
    if (root === null) {
      open.entries = apply([], changes);
      return [];
    }
    const node = nodeOf(nodes, root);
    this.#replace(root);
    if (node[0] !== INNER) {
      open.entries = apply(this.#form.parse(node), changes);
      return [];
    }
    const children = parseInner(node);
    open.children = children;
    open.below = byNibble(changes, prefix.depth).map((part, nibble) =>
      part.length === 0
        ? undefined
        : { root: children[nibble] ?? null, changes: part, prefix: childPrefix(prefix, nibble) },
    );
    return open.below.filter((one) => one !== undefined);
  }

  *#settle({ entries, children = [], below = [], prefix }: Open): Reading<Settled> {
    if (entries !== undefined) return this.#build(entries, prefix);
    const settled: (Settled | NodeRef | null)[] = [];
    for (const [nibble, child] of children.entries()) {
      const open = below[nibble];
      settled.push(open === undefined ? child : yield* this.#settle(open));
      if (open !== undefined) yield [];
    }
    const weight = settled.reduce((sum, one) => sum + weightOfSettled(one), 0);
    if (weight > MAX_LEAF_WEIGHT) return { inner: this.#putInner(settled) };
    return { entries: yield* this.#join(settled) };
  }

  /** The entries of children that are all light enough to be leaves. */
  *#join(settled: readonly (Settled | NodeRef | null)[]): Reading<Entry[]> {
    const kept = settled.filter((one): one is NodeRef => one !== null && 'hash' in one);
    const nodes: Nodes = kept.length === 0 ? new Map() : yield kept.map(({ hash }) => hash);
    for (const ref of kept) this.#replace(ref);
    return settled.flatMap((one) => {
      if (one === null || 'inner' in one) return [];
      return 'entries' in one ? one.entries : this.#form.parse(nodeOf(nodes, one));
    });
  }

  #build(entries: Entry[], prefix: Prefix): Settled {
    if (heaviness(entries) <= MAX_LEAF_WEIGHT) return { entries };
    const parts = byNibble(entries, prefix.depth).map((part, nibble) =>
      this.#build(part, childPrefix(prefix, nibble)),
    );
    return { inner: this.#putInner(parts) };
  }

  #putInner(settled: readonly (Settled | NodeRef | null)[]): NodeRef {
    const children = settled.map((one) => (one === null || 'hash' in one ? one : this.put(one)));
    const node = formatInner(children);
    return this.#write({ hash: sha256(node), weight: weightOf(children) }, node);
  }

  #replace({ hash }: NodeRef): void {
    const { written, replaced } = this.#growth;
    const name = toHex(hash);
    if (!written.delete(name)) replaced.add(name);
  }

  #write(ref: NodeRef, node: Uint8Array): NodeRef {
    const { written, replaced } = this.#growth;
    const name = toHex(ref.hash);
    // What stands again is not new, and nothing was replaced.
    if (!replaced.delete(name)) written.set(name, node);
    return ref;
  }
}
