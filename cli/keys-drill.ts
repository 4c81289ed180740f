import { InvalidArgumentError, type Command } from 'commander';
import { FactError } from '../facts/core/errors.ts';
import { payloadOf } from '../facts/core/pae.ts';
import { parsePayload } from '../facts/core/payload.ts';
import type { Fact } from '../facts/core/types.ts';
import { keyIdOf } from '../facts/crypto/hash.ts';
import { isInRange } from '../facts/log/fact-keys.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import { TILE_WIDTH } from '../facts/log/tiles.ts';
import type { Context } from './context.ts';
import { rehearse } from './drill.ts';
import type { Rehearsed } from './drill.ts';
import { CliError, EXIT } from './errors.ts';
import { formatFields } from './format.ts';
import { readBundle, readCheckpoint } from './log-entries.ts';
import { logSourceOf } from './log-source.ts';
import type { LogSource } from './log-source.ts';
import { assureKeyChain, newestSet, ROOT_OPTION, trustOf } from './trust.ts';

/** Enough to be honest about the time that it takes, and done in seconds. */
const COPY_FACTS = 20_000;
const DEFAULT_VOID = 1_000;

const HELP = `
Reads the newest facts (up to ${COPY_FACTS}) and the key sets, and nothing else: no key, no database. The
copy is signed by throw-away keys in memory, where the key of facts is then stolen, its newest facts
are void and asserted anew, and a reader of the TypeScript kit follows it all. Exit code 0 only if
it refused nothing and holds in the end what it held before.

Examples:
  $ tenure keys drill
  $ tenure keys drill --from ./copy-of-the-log --facts 50
`;

interface DrillOptions {
  readonly root?: string;
  readonly from?: string;
  readonly facts: number;
}

export function addDrillCommand(keys: Command, context: () => Context): void {
  keys
    .command('drill')
    .description('rehearse the theft of the fact key on a copy in memory')
    .option(...ROOT_OPTION)
    .option('--from <url-or-folder>', 'where the log is (default: the registry)')
    .option('--facts <n>', 'how many of the newest facts are void', count, DEFAULT_VOID)
    .addHelpText('after', HELP)
    .action((options: DrillOptions) => drill(options, context()));
}

function count(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Must be a number of facts: 1 or more.');
}

async function drill({ root, from, facts }: DrillOptions, context: Context): Promise<void> {
  const trust = trustOf(root, context);
  const source = logSourceOf(from, context, context.config().access.operatorToken);
  const startedMs = performance.now();
  const set = newestSet(await assureKeyChain(source, trust));
  const newest = await readNewest(source, set);
  const readMs = Math.round(performance.now() - startedMs);
  if (newest.facts.length === 0)
    throw new CliError(EXIT.refused, 'The log has no facts yet: there is nothing to rehearse on.');
  const rehearsed = await rehearse(set.log, newest.facts, facts);
  const firstVoid = newest.size - rehearsed.voided;
  report(context, set, { ...rehearsed, readMs, commands: commandsOf(set, firstVoid) });
  if (rehearsed.refused.length > 0 || !rehearsed.isWhole)
    throw new CliError(
      EXIT.refused,
      'The drill failed: a compromise would not heal.',
      'Keep the log’s copy (--from) and report it.',
    );
}

/** The newest facts of the log, each held against the tree's hashes. */
async function readNewest(
  source: LogSource,
  set: KeySet,
): Promise<{ readonly facts: Fact[]; readonly size: number }> {
  try {
    const { size } = await readCheckpoint(source, set);
    const first = Math.max(0, size - COPY_FACTS);
    const facts: Fact[] = [];
    for (let index = Math.floor(first / TILE_WIDTH); index * TILE_WIDTH < size; index += 1) {
      const entries = await readBundle(source, index, size);
      facts.push(...entries.slice(Math.max(0, first - index * TILE_WIDTH)).map(factIn));
    }
    return { facts, size };
  } catch (error) {
    if (!(error instanceof FactError)) throw error;
    const advice = '"tenure log audit" says where the log is broken.';
    throw new CliError(EXIT.refused, `${source.name}: ${error.message}`, advice, { cause: error });
  }
}

function factIn(entry: Uint8Array): Fact {
  const payload = payloadOf(entry);
  if (payload === undefined) throw new FactError('entry-bundle-malformed', 'not a PAE');
  return parsePayload(payload);
}

/** What an operator types when it is real: the keys that signed from that index on. */
function commandsOf({ fact }: KeySet, firstVoid: number): string[] {
  const stolen = fact.filter((range) => range.to === null || range.to > firstVoid);
  const revocations = stolen.map(({ key, from, ...range }) => {
    const start = isInRange({ ...range, from }, firstVoid) ? firstVoid : from;
    return `tenure keys revoke ${keyIdOf(key)} --from ${start} --root ROOT-FILE`;
  });
  return ['tenure keys show', ...revocations.flatMap((line) => [line, `${line} --yes`])];
}

type Report = Rehearsed & { readonly readMs: number; readonly commands: readonly string[] };

function report(context: Context, { log }: KeySet, drilled: Report): void {
  const { copied, voided, tenants, asserted, changed, refused, isWhole } = drilled;
  const { readMs, tookMs, commands } = drilled;
  const took = `read ${readMs} ms, sign the copy ${tookMs.sign} ms, follow it ${tookMs.follow} ms`;
  const healed = `void ${tookMs.void} ms, assert ${tookMs.assert} ms, catch up ${tookMs.catchUp} ms`;
  context.print({ log, ...drilled }, () =>
    [
      formatFields([
        ['log', log],
        ['copied', `${copied} facts, the newest`],
        ['void', `${voided} facts, of ${tenants} tenants`],
        ['meanwhile', `${changed} subjects were not what they had been`],
        ['asserted anew', String(asserted)],
        ['refused', refused.length === 0 ? 'nothing' : refused.join(', ')],
        ['reader', isWhole ? 'holds what it held before' : 'holds something else than before'],
        ['time', took],
        ['', healed],
      ]),
      ['When it is real:', ...commands.map((line) => `  $ ${line}`)].join('\n'),
    ].join('\n\n'),
  );
}
