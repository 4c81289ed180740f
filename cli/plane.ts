import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plane } from '../sdk/typescript/plane.ts';
import type { Refusal } from '../sdk/typescript/types.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { withPlane } from './open-plane.ts';
import { answerAll, answerOne } from './plane-questions.ts';
import type { QuestionOptions } from './plane-questions.ts';
import { ROOT_OPTION, trustOf } from './trust.ts';

const HELP = `
Questions are JSON lines, {"issuer","sub","permission","tenant","project"?,"explain"?}; each is
answered with one: {"allowed","reason","freshness"}, or with "explain" {"decision","because"}. Of an
API key: {"apiKey","scope"?,"namespace"?}; keys are secrets, so they are no options. With --can it is
one question, and the exit code is 0 when allowed, 1 when not. A --directory keeps the facts: then it
also answers while the registry is down. --url may name the folder of a log: file:///path.

Examples:
  $ tenure plane --directory ./facts --nats nats://127.0.0.1:4222 < questions.jsonl
  $ tenure plane --can invoice:read --tenant 7f3a… --issuer https://id.example/realms/acme --sub 51c0…
`;

export function addPlaneCommand(program: Command, context: () => Context): void {
  program
    .command('plane')
    .description('decide by verified facts: questions in, decisions out')
    .option(...ROOT_OPTION)
    .option('--nats <url>', 'live delivery; without it the registry is asked every 3 s')
    .option('--directory <dir>', 'where its state is kept (default: a temporary one)')
    .option('--wait <seconds>', 'how long to wait for the newest facts at the start', '10')
    .option('--can <permission>', 'one question: may they do this?')
    .option('--explain', 'with it: print the facts that the answer rests on')
    .option('--tenant <uuid>', 'where')
    .option('--project <uuid>', 'where, more closely')
    .option('--issuer <url>', 'who, by the issuer of their token ...')
    .option('--sub <sub>', '... and its subject')
    .addHelpText('after', HELP)
    .action((options: PlaneCommandOptions) => run(options, context()));
}

interface PlaneCommandOptions extends QuestionOptions {
  readonly root?: string;
  readonly nats?: string;
  readonly directory?: string;
  readonly wait: string;
}

async function run(options: PlaneCommandOptions, context: Context): Promise<void> {
  const { nats, directory } = options;
  const waitMs = Number(options.wait) * 1_000;
  if (!(waitMs >= 0)) throw new CliError(EXIT.usage, `--wait takes seconds, not ${options.wait}.`);
  const answer = options.can === undefined ? answerAll : answerOne(options);
  await withPlane(
    { trust: trustOf(options.root, context), nats, directory },
    context,
    async (plane) => {
      await catchUp(plane, waitMs, context);
      await answer(plane, context);
    },
  );
}

/** A plane with facts decides, however old they are, and says so; one without any is no use. */
async function catchUp(plane: Plane, waitMs: number, { io, url }: Context): Promise<void> {
  const waited = new AbortController();
  const { signal } = waited;
  let refusal: Refusal | undefined;
  plane.on('refused', (one) => {
    refusal ??= one;
    io.err(`refused (${one.origin}): ${one.message}\n`);
    // No key set, and no other will come: the root is another log's.
    if (plane.stats().keySet === 0) waited.abort();
  });
  const late = sleep(waitMs, 'late', { signal }).catch(() => 'late');
  const first = await Promise.race([plane.ready(), late]);
  waited.abort();
  if (first !== 'late') return;
  if (plane.stats().keySet > 0) io.err(`not caught up: the facts are ${plane.freshness()}\n`);
  else if (refusal !== undefined) {
    const advice = 'Is the root key that of this log?';
    throw new CliError(EXIT.refused, `The key sets are refused: ${refusal.message}`, advice);
  } else {
    const advice = 'Check TENURE_URL and READER_TOKEN, or wait longer with --wait.';
    throw new CliError(EXIT.unreachable, `The registry at ${url()} gives no facts.`, advice);
  }
}
