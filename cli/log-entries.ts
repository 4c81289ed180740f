import { equalBytes } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import type { Checkpoint } from '../facts/log/checkpoint.ts';
import { openCheckpointOfSet } from '../facts/log/checkpoint-of-set.ts';
import { parseBundle } from '../facts/log/entry-bundle.ts';
import { entryHash } from '../facts/crypto/hash.ts';
import { HASH_BYTES } from '../facts/log/hashes.ts';
import { newestEpoch } from '../facts/log/key-set.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import { formatTilePath } from '../facts/log/tile-path.ts';
import { bundleOf, checkTile, tileWidth, TILE_WIDTH } from '../facts/log/tiles.ts';
import { need } from './log-source.ts';
import type { LogSource } from './log-source.ts';

/** The newest one. Throws a FactError. */
export async function readCheckpoint(source: LogSource, set: KeySet): Promise<Checkpoint> {
  const note = new TextDecoder().decode(await need(source, 'checkpoint'));
  return openCheckpointOfSet(note, set, newestEpoch(set));
}

/** Entries of a bundle of a log of that size, each held against its hash. Throws a FactError. */
export async function readBundle(
  source: LogSource,
  index: number,
  size: number,
): Promise<Uint8Array[]> {
  const tile = { level: 0, index, width: tileWidth(0, index, size) };
  const [bundle, hashes] = await Promise.all([
    need(source, formatTilePath(bundleOf(tile))),
    need(source, formatTilePath(tile)),
  ]);
  checkTile(tile, hashes);
  const entries = parseBundle(bundle, tile.width);
  for (const [at, entry] of entries.entries()) {
    const stated = hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
    if (!equalBytes(entryHash(entry), stated)) {
      const where = index * TILE_WIDTH + at;
      throw new FactError('tile-malformed', `the hash of entry ${where} is another`);
    }
  }
  return entries;
}
