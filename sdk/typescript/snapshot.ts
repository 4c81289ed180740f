import { setImmediate as nextTurn } from 'node:timers/promises';
import { toBase64Url } from '../../facts/core/bytes.ts';
import type { StateNote } from '../../facts/log/state/note.ts';
import { unpackNode } from '../../facts/log/state/file.ts';
import { StateWalk } from '../../facts/log/state/walk.ts';
import type { Scope, TenantState, WantedNode } from '../../facts/log/state/walk.ts';
import type { ShardBase } from './reader.ts';

/** Hashing between two turns of the event loop: about 5 ms. */
const BYTES_PER_TURN = 4 * 1024 * 1024;

/** The live facts of some shards at one size of the log, verified, and packed. */
export type Snapshot = {
  note: StateNote;
  /** By shard; an empty list of one without tenants. */
  tenants: ReadonlyMap<number, readonly TenantState[]>;
};

/** Gives a node, packed or not; asked for several at a time. */
export type FetchNode = (wanted: WantedNode) => Promise<Uint8Array> | Uint8Array;

/** A verified node, not packed; in the order of the walk. */
export type TakeNode = (node: Uint8Array, hash: Uint8Array) => void;

/**
 * Walks the tree under a note from the left, `atOnce` nodes on their way, and hands on each node
 * once it is verified. Gives the tenants in the scope; rejects with the first refusal.
 */
export const walkState = async (
  { root }: Pick<StateNote, 'root'>,
  scope: Scope,
  fetchNode: FetchNode,
  { atOnce, take }: { atOnce: number; take: TakeNode },
): Promise<TenantState[]> => {
  const walk = new StateWalk(root, scope);
  const tenants: TenantState[] = [];
  const fetching = new Map<WantedNode, Promise<Uint8Array> | Uint8Array>();
  /** What is wanted, the leftmost last. */
  const wanted: WantedNode[] = [];
  let hashedBytes = 0;
  for (;;) {
    wanted.push(...drain(walk).toReversed());
    for (const node of wanted.slice(-atOnce)) {
      if (!fetching.has(node)) fetching.set(node, quiet(fetchNode(node)));
    }
    const next = wanted.pop();
    if (next === undefined) return tenants;
    const node = unpackNode(await (fetching.get(next) as Promise<Uint8Array>));
    fetching.delete(next);
    tenants.push(...walk.take(next, node));
    take(node, next.hash);
    hashedBytes += node.length;
    if (hashedBytes < BYTES_PER_TURN) continue;
    hashedBytes = 0;
    await nextTurn();
  }
};

const drain = (walk: StateWalk): WantedNode[] => {
  const found: WantedNode[] = [];
  for (let node = walk.next(); node !== undefined; node = walk.next()) found.push(node);
  return found;
};

/** One that fails while an earlier one is waited for is told when its turn comes. */
const quiet = <T>(answer: Promise<T> | T): Promise<T> | T => {
  if (answer instanceof Promise) answer.catch(() => undefined);
  return answer;
};

/** Of a walk over these shards. */
export const snapshotOf = (
  note: StateNote,
  shards: Iterable<number>,
  tenants: readonly TenantState[],
): Snapshot => {
  const byShard = new Map<number, TenantState[]>([...shards].map((shard) => [shard, []]));
  for (const tenant of tenants) byShard.get(tenant.shard)?.push(tenant);
  return { note, tenants: byShard };
};

/** What a shard's reader takes of a snapshot. */
export const baseOf = ({ note, tenants }: Snapshot, shard: number): ShardBase | undefined => {
  const [head, states] = [note.heads[shard], tenants.get(shard)];
  if (head === undefined || states === undefined) return undefined;
  const { size, epoch } = note;
  const heads = states.map(({ tenant, seq, head: leaf }) => {
    return [tenant, { seq, hash: toBase64Url(leaf) }] as const;
  });
  return { size, epoch, head, tenants: heads };
};
