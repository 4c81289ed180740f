import { growTiles } from '../../../facts/log/tile-growth.ts';
import { formatTilePath } from '../../../facts/log/tile-path.ts';
import { nodesFromTiles } from '../../../facts/log/tiles.ts';
import type { HashTile, ReadTile } from '../../../facts/log/tiles.ts';
import type { ReadNode } from '../../../facts/log/subtree.ts';
import { TreeBuilder } from '../../../facts/log/tree.ts';

/** A log as a sequencer keeps it: a builder and tiles by path, in memory. */
export class MemoryLog {
  readonly tree = new TreeBuilder();
  readonly tiles = new Map<string, Uint8Array>();

  constructor(leaves: readonly Uint8Array[] = []) {
    this.append(leaves);
  }

  append(leaves: readonly Uint8Array[]): HashTile[] {
    const grown = [...growTiles(this.tree.size, leaves, this.readTile)];
    for (const { tile, bytes } of grown) this.tiles.set(formatTilePath(tile), bytes);
    for (const leaf of leaves) this.tree.append(leaf);
    return grown.map(({ tile }) => tile);
  }

  readonly readTile: ReadTile = (tile) => {
    const bytes = this.tiles.get(formatTilePath(tile));
    if (bytes === undefined) throw new Error(`no ${formatTilePath(tile)}`);
    return bytes;
  };

  /** Nodes as a tree of `size` leaves has them. */
  nodes(size = this.tree.size): ReadNode {
    return nodesFromTiles(size, this.readTile);
  }
}
