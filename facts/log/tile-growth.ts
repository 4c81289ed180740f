import { concatBytes } from '../core/bytes.ts';
import { checkTile, tileHash, TILE_WIDTH, tileWidth } from './tiles.ts';
import type { HashTile, ReadTile } from './tiles.ts';

/** A tile and its bytes, to be written before a checkpoint that covers it is signed. */
export type TileContent = { tile: HashTile; bytes: Uint8Array };

const readWhole = (tile: HashTile, readTile: ReadTile): Uint8Array => {
  const bytes = readTile(tile);
  checkTile(tile, bytes);
  return bytes;
};

/**
 * The hash tiles that appear when leaves are appended to a tree of `from` leaves, level by level,
 * with their bytes. Of the older tiles only the partial one of each level is read; refuses
 * (`tile-malformed`) one that was cut. The new root is the caller's to compare with its builder's.
 */
export function* growTiles(
  from: number,
  leaves: readonly Uint8Array[],
  readTile: ReadTile,
): Generator<TileContent> {
  let fresh = leaves;
  for (let level = 0; fresh.length > 0; level += 1) {
    const first = Math.floor(from / TILE_WIDTH ** (level + 1));
    const width = tileWidth(level, first, from);
    const old = width === 0 ? [] : [readWhole({ level, index: first, width }, readTile)];
    const above: Uint8Array[] = [];
    for (let at = -width; at < fresh.length; at += TILE_WIDTH) {
      const added = fresh.slice(Math.max(at, 0), at + TILE_WIDTH);
      const kept = at < 0 ? old : [];
      const bytes = concatBytes(...kept, ...added);
      const index = first + (at + width) / TILE_WIDTH;
      const tile = { level, index, width: Math.max(-at, 0) + added.length };
      yield { tile, bytes };
      if (tile.width === TILE_WIDTH) above.push(tileHash(bytes));
    }
    fresh = above;
  }
}
