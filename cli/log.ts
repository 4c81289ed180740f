import type { Command } from 'commander';
import { FactError } from '../facts/core/errors.ts';
import { LogAudit } from '../facts/log/audit.ts';
import type { Checkpoint } from '../facts/log/checkpoint.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import { TILE_WIDTH } from '../facts/log/tiles.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatFields } from './format.ts';
import { readBundle, readCheckpoint } from './log-entries.ts';
import { logSourceOf } from './log-source.ts';
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
      for (const entry of await readBundle(source, index, checkpoint.size)) entries.add(entry);
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
