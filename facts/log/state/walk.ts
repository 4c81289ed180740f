import { equalBytes } from '../../core/bytes.ts';
import { FactError } from '../../core/errors.ts';
import { sha256 } from '../../crypto/hash.ts';
import { SHARD_COUNT } from '../../crypto/shard.ts';
import type { Block } from './block.ts';
import { nodeMalformed } from './cursor.ts';
import { INNER, parseInner, weightOf } from './inner-node.ts';
import type { Children } from './inner-node.ts';
import { childPrefix, compareKeys, FANOUT, hasPrefix, MAX_DEPTH } from './keys.ts';
import { NO_PREFIX, tenantKey } from './keys.ts';
import type { Prefix } from './keys.ts';
import { parseFacts, parseTenants } from './pages.ts';
import type { TenantsNode } from './pages.ts';

/** A tenant as the tree states it; its payloads stay packed until somebody wants them. */
export type TenantState = Omit<Block, 'payloads' | 'root'> & {
  shard: number;
  /** Pages of payloads, ascending by fact key; of a large tenant complete when the walk is. */
  pages: FactsPage[];
};

/** Payloads whose fact keys begin with a prefix, packed (`unpackPayloads`). */
export type FactsPage = { prefix: Prefix; count: number; packed: Uint8Array };

/** A node that is to be fetched: in a tenant's own tree when there is an owner. */
export type WantedNode = {
  hash: Uint8Array;
  /** Undefined of the root, which nobody names a weight of. */
  weight: number | undefined;
  prefix: Prefix;
  owner: TenantState | undefined;
};

/** Which part of the tree is walked; of the rest nothing is fetched. */
export type Scope = {
  /** Some key below this prefix is wanted. */
  isBelow(prefix: Prefix): boolean;
  has(tenantKey: Uint8Array): boolean;
};

/** All tenants of some shards: a tenant key begins with its shard. */
export const shardScope = (follows: (shard: number) => boolean): Scope => ({
  isBelow: ({ depth, bits }) => {
    const first = bits[0] ?? 0;
    if (depth >= 2) return follows(first);
    const width = depth === 1 ? FANOUT : SHARD_COUNT;
    for (let shard = first; shard < first + width; shard += 1) if (follows(shard)) return true;
    return false;
  },
  has: (key) => follows(key[0] ?? 0),
});

/** One tenant alone. */
export const tenantScope = (tenant: string): Scope => {
  const key = tenantKey(tenant);
  return {
    isBelow: (prefix) => hasPrefix(key, prefix),
    has: (other) => compareKeys(key, other) === 0,
  };
};

const isInner = (file: Uint8Array): boolean => file[0] === INNER;

const childrenOf = ({ prefix, owner }: WantedNode, children: Children): WantedNode[] =>
  children.flatMap((child, nibble) =>
    child === null ? [] : [{ ...child, prefix: childPrefix(prefix, nibble), owner }],
  );

const mismatch = (why: string): FactError => new FactError('state-hash-mismatch', why);

/** Check 11. */
const assureNamed = (wanted: WantedNode, hash: Uint8Array, weight: number | undefined): void => {
  if (!equalBytes(wanted.hash, hash)) throw mismatch('another hash than its parent names');
  // A page of a view does not show what its tenants weigh.
  const named = wanted.weight ?? weight;
  if (named !== (weight ?? named)) throw mismatch(`weight ${weight}, not ${named}`);
};

/** Pages may come in any order; almost always each is the last. */
const insertPage = (pages: FactsPage[], page: FactsPage): void => {
  const before = pages.findLastIndex(
    ({ prefix }) => compareKeys(prefix.bits, page.prefix.bits) <= 0,
  );
  pages.splice(before + 1, 0, page);
};

/** How a leaf of the tree over tenants is read: whole, or as the page of a view. */
export type ReadLeaf = (file: Uint8Array, prefix: Prefix) => TenantsNode;

/**
 * Verifies the state tree from the root down (facts-v1, "State tree", checks 9 to 11), whoever
 * brings the nodes: {@link next} names one, {@link take} checks it, one after the other in the
 * order of depth, or several at once in any order. What it throws ends the walk.
 */
export class StateWalk {
  readonly #scope: Scope;
  readonly #readLeaf: ReadLeaf;
  /** The next one last. */
  readonly #wanted: WantedNode[];

  constructor(root: Uint8Array, scope: Scope, readLeaf: ReadLeaf = parseTenants) {
    this.#scope = scope;
    this.#readLeaf = readLeaf;
    this.#wanted = [{ hash: root, weight: undefined, prefix: NO_PREFIX, owner: undefined }];
  }

  /** A node to fetch, each once; undefined while those that are fetched may name more. */
  next(): WantedNode | undefined {
    return this.#wanted.pop();
  }

  /** Checks a node, unpacked (`unpackNode`); answers with the tenants in it. */
  take(wanted: WantedNode, node: Uint8Array): TenantState[] {
    return isInner(node) ? this.#takeInner(wanted, node) : this.#takeLeaf(wanted, node);
  }

  #takeInner(wanted: WantedNode, node: Uint8Array): [] {
    const children = parseInner(node);
    if (wanted.prefix.depth === MAX_DEPTH) throw nodeMalformed('deeper than a key is long');
    assureNamed(wanted, sha256(node), weightOf(children));
    this.#want(childrenOf(wanted, children).filter((child) => this.#isWanted(child)));
    return [];
  }

  #takeLeaf(wanted: WantedNode, node: Uint8Array): TenantState[] {
    const { owner, prefix } = wanted;
    if (owner !== undefined) {
      const { hash, count, packed } = parseFacts(node);
      assureNamed(wanted, hash, count);
      insertPage(owner.pages, { prefix, count, packed });
      return [];
    }
    const { slots, hash, weight } = this.#readLeaf(node, prefix);
    assureNamed(wanted, hash, weight);
    const roots: WantedNode[] = [];
    const found: TenantState[] = [];
    for (const { key, block } of slots) {
      if (block === undefined || !this.#scope.has(key)) continue;
      const { payloads, root, ...state } = block;
      const pages =
        payloads === undefined ? [] : [{ prefix: NO_PREFIX, count: block.live, packed: payloads }];
      const tenant = { ...state, shard: key[0] ?? 0, pages };
      found.push(tenant);
      if (root === undefined) continue;
      roots.push({ hash: root, weight: block.live, prefix: NO_PREFIX, owner: tenant });
    }
    this.#want(roots);
    return found;
  }

  #isWanted({ owner, prefix }: WantedNode): boolean {
    return owner !== undefined || this.#scope.isBelow(prefix);
  }

  #want(nodes: readonly WantedNode[]): void {
    this.#wanted.push(...nodes.toReversed());
  }
}
