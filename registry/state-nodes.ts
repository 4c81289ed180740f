import { equalBytes, fromHex, toHex } from '../facts/core/bytes.ts';
import { unpackNode } from '../facts/log/state/file.ts';
import type { Reading } from '../facts/log/state/grow-tree.ts';
import { nodeHash } from '../facts/log/state/pages.ts';
import type { StateKeeping } from '../ports/state-store.ts';

/** Nodes in one statement: a page has some tens of kilobytes. */
const NODES_AT_ONCE = 64;

/** Lets others have the thread; rejects when the work is to end. */
export type Breathe = () => Promise<void>;

/** Grows a tree over nodes that are kept; each is read once, and is what its name says. */
export async function runReading<T>(
  reading: Reading<T>,
  store: Pick<StateKeeping, 'readStateNodes'>,
  breathe: Breathe,
): Promise<T> {
  const nodes = new Map<string, Uint8Array>();
  let step = reading.next();
  while (step.done !== true) {
    const unread = step.value.filter((hash) => !nodes.has(toHex(hash)));
    for (let at = 0; at < unread.length; at += NODES_AT_ONCE) {
      for (const { hash, file } of await store.readStateNodes(
        unread.slice(at, at + NODES_AT_ONCE),
      )) {
        nodes.set(toHex(hash), assureNode(hash, unpackNode(file)));
        await breathe();
      }
    }
    if (step.value.length === 0) await breathe();
    step = reading.next(nodes);
  }
  return step.value;
}

/** Writes nodes under their names in hexadecimal. */
export async function writeNodes(
  nodes: ReadonlyMap<string, Uint8Array>,
  round: number,
  store: Pick<StateKeeping, 'addStateNodes'>,
  breathe: Breathe,
): Promise<void> {
  const all = [...nodes].map(([name, node]) => ({ hash: hashOf(name), node }));
  for (let at = 0; at < all.length; at += NODES_AT_ONCE) {
    await store.addStateNodes(round, all.slice(at, at + NODES_AT_ONCE));
    await breathe();
  }
}

export function hashOf(name: string): Uint8Array {
  return fromHex(name) ?? new Uint8Array();
}

function assureNode(hash: Uint8Array, node: Uint8Array): Uint8Array {
  if (equalBytes(nodeHash(node), hash)) return node;
  throw new Error(`node ${toHex(hash)} of the state tree is not what its name says`);
}
