import { concatBytes } from '../facts/core/bytes.ts';
import { subtreesOf } from '../facts/log/subtree.ts';
import { nodeInTile, tileHash, tileOfNode, TILE_WIDTH } from '../facts/log/tiles.ts';
import { TreeBuilder } from '../facts/log/tree.ts';
import type { LogKeeping } from '../ports/log-store.ts';
import { forked } from './log-fork.ts';

export type TreeStore = Pick<LogKeeping, 'readTile' | 'addNodes'>;

/** Of the first `size` leaves, from the nodes that are there: a few tiles, not all leaves. */
export async function treeAt(store: TreeStore, size: number): Promise<TreeBuilder> {
  const frontier: Uint8Array[] = [];
  for (const node of subtreesOf(0, size)) {
    const tile = tileOfNode(node, size);
    const hashes = await readHashes(store, tile.level, tile.index, tile.width);
    frontier.push(nodeInTile(node, tile, concatBytes(...hashes)));
  }
  return TreeBuilder.resume(size, frontier);
}

export async function growTree(store: TreeStore, tree: TreeBuilder, to: number): Promise<void> {
  while (tree.size < to) {
    const index = Math.floor(tree.size / TILE_WIDTH);
    const width = Math.min(TILE_WIDTH, to - index * TILE_WIDTH);
    const leaves = await readHashes(store, 0, index, width);
    // First its node, then its leaves: what fails in between is done again.
    if (width === TILE_WIDTH) await complete(store, 0, index, leaves);
    for (const leaf of leaves.slice(tree.size % TILE_WIDTH)) tree.append(leaf);
  }
}

/** Stores the hash of a full tile as a node of the level above, and of the tiles it completes. */
async function complete(
  store: TreeStore,
  level: number,
  index: number,
  hashes: readonly Uint8Array[],
): Promise<void> {
  await addNode(store, level + 1, index, hashes);
  if ((index + 1) % TILE_WIDTH !== 0) return;
  const above = Math.floor(index / TILE_WIDTH);
  const row = await readHashes(store, level + 1, above, TILE_WIDTH);
  await complete(store, level + 1, above, row);
}

async function addNode(
  store: TreeStore,
  level: number,
  index: number,
  below: readonly Uint8Array[],
): Promise<Uint8Array> {
  const hash = tileHash(concatBytes(...below));
  await store.addNodes([{ level, index, hash }]);
  return hash;
}

/** Nodes that are missing are made again from those below; leaves cannot be. */
async function readHashes(
  store: TreeStore,
  level: number,
  index: number,
  width: number,
): Promise<readonly Uint8Array[]> {
  const hashes = await store.readTile({ level, index, width });
  if (hashes.length === width) return hashes;
  if (level === 0) throw forked(`facts are missing behind ${index * TILE_WIDTH}`);
  const again: Uint8Array[] = [];
  for (let at = index * TILE_WIDTH; again.length < width; at += 1) {
    const below = await readHashes(store, level - 1, at, TILE_WIDTH);
    again.push(await addNode(store, level, at, below));
  }
  return again;
}
