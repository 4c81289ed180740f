import { equalBytes } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import { LogAudit } from '../facts/log/audit.ts';
import type { Checkpoint } from '../facts/log/checkpoint.ts';
import { openCheckpointOfSet } from '../facts/log/checkpoint-of-set.ts';
import { parseBundle } from '../facts/log/entry-bundle.ts';
import { entryHash, HASH_BYTES } from '../facts/log/hashes.ts';
import { newestEpoch } from '../facts/log/key-set.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import { formatTilePath } from '../facts/log/tile-path.ts';
import { bundleOf, checkTile, tileWidth, TILE_WIDTH } from '../facts/log/tiles.ts';
import type { HashTile } from '../facts/log/tiles.ts';
import type { KeyChain } from '../sdk/typescript/key-chain.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatFields } from './format.ts';
import { logSourceOf, need, STATE_NOTE } from './log-source.ts';
import type { LogSource } from './log-source.ts';
import { TreeAudit } from './log-state.ts';
import { newestSet, readKeyChain, trustOf } from './trust.ts';
import type { Trust } from './trust.ts';

export interface AuditOptions {
  readonly root?: string;
  readonly from?: string;
}

interface Audited {
  readonly set: KeySet;
  readonly checkpoint: Checkpoint;
  readonly entries: LogAudit;
  /** Undefined when the log has no state tree yet. */
  readonly tree: TreeAudit | undefined;
}

export async function auditLog({ root, from }: AuditOptions, context: Context): Promise<void> {
  const trust = trustOf(root, context);
  const source = logSourceOf(from, context, context.config().access.operatorToken);
  const at = { place: 'the key sets' };
  try {
    report(context, await audit(source, trust, at, context));
  } catch (error) {
    if (!(error instanceof FactError)) throw error;
    throw new CliError(EXIT.refused, `${source.name}: ${at.place}: ${error.message}`, undefined, {
      cause: error,
    });
  }
}

/** `at`: tells where it is, for who catches what it throws. */
async function audit(
  source: LogSource,
  trust: Trust,
  at: { place: string },
  context: Context,
): Promise<Audited> {
  // Read first, so that it is not younger than what it is held against.
  const note = await source.read(STATE_NOTE);
  const keys: KeyChain = await readKeyChain(source, trust);
  const set = newestSet(keys);
  at.place = 'the state note';
  const tree = note && new TreeAudit(note, keys);
  at.place = 'the checkpoint';
  const checkpoint = await readCheckpoint(source, set);
  const entries = new LogAudit(set.log);
  for (let index = 0; index * TILE_WIDTH < checkpoint.size; index += 1) {
    const tile = { level: 0, index, width: tileWidth(0, index, checkpoint.size) };
    for await (const entry of readEntries(source, tile)) {
      at.place = `entry ${entries.size}`;
      const added = entries.add(entry);
      tree?.facts.add(added);
    }
    if (context.tty) context.io.err(`\r${entries.size} of ${checkpoint.size} entries`);
  }
  at.place = 'the whole';
  entries.check(checkpoint);
  if (context.tty) context.io.err('\n');
  at.place = 'the state tree';
  await tree?.check(source);
  return { set, checkpoint, entries, tree };
}

async function readCheckpoint(source: LogSource, set: KeySet): Promise<Checkpoint> {
  const note = new TextDecoder().decode(await need(source, 'checkpoint'));
  return openCheckpointOfSet(note, set, newestEpoch(set));
}

async function* readEntries(source: LogSource, tile: HashTile): AsyncGenerator<Uint8Array> {
  const [bundle, hashes] = await Promise.all([
    need(source, formatTilePath(bundleOf(tile))),
    need(source, formatTilePath(tile)),
  ]);
  checkTile(tile, hashes);
  for (const [at, entry] of parseBundle(bundle, tile.width).entries()) {
    const stated = hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
    if (!equalBytes(entryHash(entry), stated)) {
      const index = tile.index * TILE_WIDTH + at;
      throw new FactError('tile-malformed', `the hash of entry ${index} is another`);
    }
    yield entry;
  }
}

function report(context: Context, { set, checkpoint, entries, tree }: Audited): void {
  const { log, version } = set;
  const { size } = checkpoint;
  const state = tree?.size ?? null;
  context.print({ log, size, tenants: entries.tenants, keySet: version, state }, () =>
    formatFields([
      ['log', log],
      ['facts', String(size)],
      ['tenants', String(entries.tenants)],
      ['key set', String(version)],
      ['state tree', state === null ? 'none yet' : `of ${state} facts, and what they come to`],
      ['verdict', 'every fact is there, each chain is whole, and the root is the signed one'],
    ]),
  );
}
