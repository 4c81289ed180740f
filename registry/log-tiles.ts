import { concatBytes, utf8 } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import { preAuthEncoding } from '../facts/core/pae.ts';
import { parseCheckpoint } from '../facts/log/checkpoint.ts';
import { formatBundle } from '../facts/log/entry-bundle.ts';
import { textOfNote } from '../facts/log/note.ts';
import { parseTilePath } from '../facts/log/tile-path.ts';
import { tileWidth } from '../facts/log/tiles.ts';
import type { Tile } from '../facts/log/tiles.ts';
import type { LogReading } from '../ports/log-store.ts';

/**
 * Bytes of the tile or entry bundle at a path of C2SP tlog-tiles (`tile/0/x001/067.p/3`); undefined
 * when the newest signed checkpoint does not cover it, or when the path is none.
 */
export async function findTile(log: LogReading, path: string): Promise<Uint8Array | undefined> {
  const tile = tileAt(path);
  const checkpoint = await log.findNote('checkpoint');
  if (tile === undefined || checkpoint === undefined) return undefined;
  const { level, index, width } = tile;
  const { size } = parseCheckpoint(textOfNote(utf8(checkpoint)));
  if (width > tileWidth(level === 'entries' ? 0 : level, index, size)) return undefined;
  if (level === 'entries') {
    const payloads = await log.readPayloads(index, width);
    return payloads.length === width ? formatBundle(payloads.map(preAuthEncoding)) : undefined;
  }
  const hashes = await log.readTile({ level, index, width });
  return hashes.length === width ? concatBytes(...hashes) : undefined;
}

/** There is one way to write the path of a tile. */
function tileAt(path: string): Tile | undefined {
  try {
    return parseTilePath(path);
  } catch (error) {
    if (error instanceof FactError) return undefined;
    throw error;
  }
}
