import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { KeyRing } from '../registry/key-ring.ts';
import { recover } from '../registry/recover.ts';
import type { Findings, Recovery } from '../registry/recover.ts';
import { RecoverError } from '../registry/recover-error.ts';
import type { RecoverErrorCode } from '../registry/recover-error.ts';
import { openKey } from '../wiring/keys.ts';
import { composeRecovery } from '../wiring/recovery.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { factSourceOf } from './fact-sources.ts';
import { reachDatabase } from './reach.ts';
import { findingLines, recoveryLines } from './recover-text.ts';

/** Who refuses gives the lock back at once; a leader that is well keeps it. */
const LOCK_WITHIN_MS = 6_000;

const HELP = `
For a sequencer that refuses to sign, since the database was restored from an older backup. Reads
JetStream and --from, verifies what the database lacks, and writes it in one transaction; again is
harmless. What nobody has is lost for good: with --new-epoch the root lets the log go on without it.

Needs the settings of the sequencer: DATABASE_URL (a login that may act as the owner), NATS_URL,
CHECKPOINT_DIR, FACT_LOG_ORIGIN. Exit codes: 0 the sequencer may lead, 1 facts are missing or are not
those that were signed, 3 Postgres or a source does not answer.

Examples:
  $ tenure recover
  $ tenure recover --from /var/lib/plane
  $ tenure recover --new-epoch --root /media/offline/root.key --yes
`;

interface RecoverOptions {
  readonly from?: string;
  readonly newEpoch?: boolean;
  readonly root?: string;
  readonly yes?: boolean;
}

export function addRecoverCommand(program: Command, context: () => Context): void {
  program
    .command('recover')
    .description('bring a database that was restored from an older backup up to what was signed')
    .option('--from <url-or-folder>', 'another registry, a data plane’s folder, a copy of the log')
    .option('--new-epoch', 'let the log go on without facts that nobody has any more')
    .option('--root <file>', 'the root key, for --new-epoch')
    .option('--yes', 'say that those facts may be lost')
    .addHelpText('after', HELP)
    .action((options: RecoverOptions) => run(options, context()));
}

async function run(options: RecoverOptions, context: Context): Promise<void> {
  const root = rootOf(options);
  const config = context.config();
  const source =
    options.from === undefined
      ? []
      : [factSourceOf(assureThere(options.from), () => config.access.readerToken.reveal())];
  const ports = composeRecovery(config);
  if (ports === undefined)
    throw new CliError(EXIT.usage, 'CHECKPOINT_DIR is missing.', CHECKPOINTS);
  const keys = new KeyRing(ports.log, () => [], ports.store);
  // What the operator names comes first: anybody who may publish could have renumbered the other.
  const sources = [...source, ports.jetStream];
  let findings: Findings | undefined;
  const tell = (found: Findings) => {
    findings = found;
    if (!context.json) context.io.out(findingLines(found));
  };
  try {
    const recovery = await reachDatabase(() =>
      leading(ports.lock, (fence) => recover({ ...ports, keys, sources }, fence, { root, tell })),
    );
    print(context, findings, recovery);
  } catch (error) {
    throw explained(error);
  } finally {
    await ports.close();
  }
}

const CHECKPOINTS = 'It is the folder that all sequencers share, outside the database.';

function rootOf({ newEpoch, root, yes }: RecoverOptions) {
  if (newEpoch !== true && root === undefined) return undefined;
  if (newEpoch !== true)
    throw new CliError(EXIT.usage, '--root is for --new-epoch.', 'Give both, or none.');
  if (root === undefined)
    throw new CliError(EXIT.usage, '--new-epoch needs the root key.', 'Give its file with --root.');
  if (yes !== true)
    throw new CliError(
      EXIT.usage,
      'A new epoch gives up every fact that is missing, for good.',
      'Say --yes when neither JetStream nor any data plane has them any more.',
    );
  return openKey(root);
}

function assureThere(from: string): string {
  if (/^https?:\/\//.test(from)) return from;
  if (statSync(from, { throwIfNoEntry: false })?.isDirectory() === true) return from;
  throw new CliError(
    EXIT.usage,
    `${from} is no folder.`,
    'Give a data plane’s or a copy of the log.',
  );
}

type Lock = NonNullable<ReturnType<typeof composeRecovery>>['lock'];

/** Undefined: a sequencer leads, so the database is what was signed. */
async function leading<T>(lock: Lock, work: (fence: number) => Promise<T>): Promise<T | undefined> {
  const signal = AbortSignal.timeout(LOCK_WITHIN_MS);
  try {
    const leadership = await lock.acquire(signal);
    return await work(leadership.fence).finally(() => leadership.resign());
  } catch (error) {
    if (signal.aborted && (error as Error).name === 'AbortError') return undefined;
    throw error;
  }
}

function print(
  context: Context,
  findings: Findings | undefined,
  recovery: Recovery | undefined,
): void {
  const operations = recovery?.operations.map(({ id, kind, tenant, state }) => {
    return { id, kind, tenant, state };
  });
  context.print({ findings, recovery: recovery && { ...recovery, operations } }, () =>
    recovery === undefined
      ? 'A sequencer leads: nothing is to be recovered.'
      : recoveryLines(recovery),
  );
}

const ADVICE: Record<RecoverErrorCode, string | undefined> = {
  'no-key-set': undefined,
  'key-sets-missing': 'Give --from a registry or data plane that has newer ones.',
  'source-unreadable': 'Check NATS_URL, READER_TOKEN, and what you gave with --from.',
  'facts-missing':
    'Give --from a data plane’s folder or another registry; if nobody has it, see --new-epoch.',
  'other-facts': undefined,
};

/** `reachDatabase` has made a sentence of it. */
function explained(error: unknown): unknown {
  if (!(error instanceof CliError) || !(error.cause instanceof RecoverError)) return error;
  const { code, message } = error.cause;
  const exit = code === 'source-unreadable' ? EXIT.unreachable : EXIT.refused;
  return new CliError(exit, `${message}.`, ADVICE[code], { cause: error.cause });
}
