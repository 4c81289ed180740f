import type { Command } from 'commander';
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
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatFields } from './format.ts';
import { logSourceOf, need } from './log-source.ts';
import type { LogSource } from './log-source.ts';
import { newestSet, readKeyChain, ROOT_OPTION, trustOf } from './trust.ts';

const EXAMPLES = `
Examples:
  $ tenure log audit --root "$TENURE_ROOT"
  $ tenure log audit --root "$TENURE_ROOT" --from ./copy-of-the-log

Reads key sets, checkpoint, entries and hashes, and trusts nothing but the root. Exit code 1: the
log is not what was signed, and the message says where.
`;

export function addLogCommands(program: Command, context: () => Context): void {
  const log = program.command('log').description('the signed log of all facts');
  log
    .command('audit')
    .description('hold the whole log against its newest signed checkpoint')
    .option(...ROOT_OPTION)
    .option('--from <url-or-folder>', 'where the log is (default: the registry)')
    .addHelpText('after', EXAMPLES)
    .action((options: AuditOptions) => audit(options, context()));
}

interface AuditOptions {
  readonly root?: string;
  readonly from?: string;
}

async function audit({ root, from }: AuditOptions, context: Context): Promise<void> {
  const trust = trustOf(root, context);
  const source = logSourceOf(from, context, context.config().access.operatorToken);
  const progress = (text: string) => context.tty && context.io.err(`\r${text}`);
  let place = () => 'the key sets';
  try {
    const set = newestSet(await readKeyChain(source, trust));
    place = () => 'the checkpoint';
    const checkpoint = await readCheckpoint(source, set);
    const entries = new LogAudit(set.log);
    place = () => `entry ${entries.size}`;
    for (let index = 0; index * TILE_WIDTH < checkpoint.size; index += 1) {
      const tile = { level: 0, index, width: tileWidth(0, index, checkpoint.size) };
      await addEntries(source, tile, entries);
      progress(`${entries.size} of ${checkpoint.size} entries`);
    }
    place = () => 'the whole';
    entries.check(checkpoint);
    if (context.tty) context.io.err('\n');
    report(context, set, checkpoint, entries);
  } catch (error) {
    if (!(error instanceof FactError)) throw error;
    throw new CliError(EXIT.refused, `${source.name}: ${place()}: ${error.message}`, undefined, {
      cause: error,
    });
  }
}

async function readCheckpoint(source: LogSource, set: KeySet): Promise<Checkpoint> {
  const note = new TextDecoder().decode(await need(source, 'checkpoint'));
  return openCheckpointOfSet(note, set, newestEpoch(set));
}

async function addEntries(source: LogSource, tile: HashTile, entries: LogAudit): Promise<void> {
  const [bundle, hashes] = await Promise.all([
    need(source, formatTilePath(bundleOf(tile))),
    need(source, formatTilePath(tile)),
  ]);
  checkTile(tile, hashes);
  for (const [at, entry] of parseBundle(bundle, tile.width).entries()) {
    const stated = hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
    if (!equalBytes(entryHash(entry), stated))
      throw new FactError('tile-malformed', `the hash of entry ${entries.size} is another`);
    entries.add(entry);
  }
}

function report(context: Context, set: KeySet, { size }: Checkpoint, { tenants }: LogAudit): void {
  const { log, version } = set;
  context.print({ log, size, tenants, keySet: version }, () =>
    formatFields([
      ['log', log],
      ['facts', String(size)],
      ['tenants', String(tenants)],
      ['key set', String(version)],
      ['verdict', 'every fact is there, each chain is whole, and the root is the signed one'],
    ]),
  );
}
