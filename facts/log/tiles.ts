import { FactError } from '../core/errors.ts';
import { HASH_BYTES } from './hashes.ts';
import type { NodeAt, ReadNode } from './subtree.ts';
import { TreeBuilder } from './tree.ts';

/*
 * Tiles of C2SP tlog-tiles: the tree cut into subtrees of height 8. The tile of level L and index
 * N holds the nodes (8L, 256N), (8L, 256N + 1) ... as many as the tree has, at most 256; the nodes
 * between 8L and 8L + 8 are hashed from them.
 *
 *   hash tile = node hash || node hash ...                     32 bytes each
 */

/** Tree levels in a tile. */
export const TILE_HEIGHT = 8;
/** Hashes in a full tile, and entries in a full bundle. */
export const TILE_WIDTH = 256;
export const MAX_TILE_LEVEL = 63;

/** `entries`: the bundle of the entries whose leaf hashes the tile of level 0 has. */
export type Tile = {
  level: number | 'entries';
  index: number;
  /** 1 to 256; 256 is a full tile, which never changes again. */
  width: number;
};
export type HashTile = Tile & { level: number };

/** Bytes of a tile of this log. Full or partial, as it is asked for. */
export type ReadTile = (tile: HashTile) => Uint8Array;

/** Nodes of tile level L that a tree of `size` leaves has: floor(size / 256^L). */
const nodesAt = (level: number, size: number): number => Math.floor(size / TILE_WIDTH ** level);

/** How many of the tile's hashes a tree of `size` leaves has: 0 to 256. */
export const tileWidth = (level: number, index: number, size: number): number =>
  Math.max(0, Math.min(TILE_WIDTH, nodesAt(level, size) - index * TILE_WIDTH));

/**
 * The hash tiles that a tree of `to` leaves has and one of `from` leaves did not have, level by
 * level. From 0 these are all its tiles. Bundles are those of level 0, by {@link bundleOf}.
 */
export function* newTiles(from: number, to: number): Generator<HashTile> {
  for (let level = 0; nodesAt(level, to) > 0; level += 1) {
    const nodes = nodesAt(level, to);
    if (nodes === nodesAt(level, from)) continue;
    const first = Math.floor(nodesAt(level, from) / TILE_WIDTH);
    for (let index = first; index * TILE_WIDTH < nodes; index += 1) {
      yield { level, index, width: tileWidth(level, index, to) };
    }
  }
}

/** The bundle of entries behind a tile of level 0. */
export const bundleOf = ({ index, width }: HashTile): Tile => ({ level: 'entries', index, width });

/** First hash of a node in its tile, and how many hashes it covers: a power of two below 256. */
const placeInTile = ({ level, index }: NodeAt): { start: number; count: number } => {
  const count = 2 ** (level % TILE_HEIGHT);
  return { start: (index * count) % TILE_WIDTH, count };
};

/** The tile to fetch for a node of a tree of `size` leaves, as wide as that tree has it. */
export const tileOfNode = (node: NodeAt, size: number): HashTile => {
  const level = Math.floor(node.level / TILE_HEIGHT);
  const index = Math.floor((node.index * placeInTile(node).count) / TILE_WIDTH);
  return { level, index, width: tileWidth(level, index, size) };
};

/** Refuses (`tile-malformed`) bytes that are not as many hashes as the tile is wide. */
export const checkTile = ({ width }: HashTile, bytes: Uint8Array): void => {
  if (bytes.length !== width * HASH_BYTES) {
    throw new FactError('tile-malformed', `${bytes.length} bytes, not ${width} hashes`);
  }
};

/** Hash over the hashes of a tile: of a full one the hash that stands in the tile above. */
export const tileHash = (bytes: Uint8Array): Uint8Array => {
  const tree = new TreeBuilder();
  for (let at = 0; at < bytes.length; at += HASH_BYTES) {
    tree.append(bytes.subarray(at, at + HASH_BYTES));
  }
  return tree.root();
};

/**
 * Hash of a node out of its tile (`tileOfNode`); checks the tile's form. The hashes are believed:
 * a proof made of them shows whether they were true.
 */
export const nodeInTile = (node: NodeAt, tile: HashTile, bytes: Uint8Array): Uint8Array => {
  checkTile(tile, bytes);
  const { start, count } = placeInTile(node);
  if (start + count > tile.width) throw new RangeError('the tile does not have that node');
  return tileHash(bytes.subarray(start * HASH_BYTES, (start + count) * HASH_BYTES));
};

/** Nodes of a tree of `size` leaves, each out of the tile that has it. */
export const nodesFromTiles =
  (size: number, readTile: ReadTile): ReadNode =>
  (node) => {
    const tile = tileOfNode(node, size);
    return nodeInTile(node, tile, readTile(tile));
  };
