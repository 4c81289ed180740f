import type { Command } from 'commander';
import type { Context } from './context.ts';
import { explain } from './facts-explain.ts';
import type { ExplainOptions } from './facts-explain.ts';
import { show } from './facts-show.ts';
import type { ShowOptions } from './facts-show.ts';
import { tail } from './facts-tail.ts';
import type { TailOptions } from './facts-tail.ts';
import { verify } from './facts-verify.ts';
import { where } from './facts-where.ts';
import type { WhereOptions } from './facts-where.ts';
import type { HistoryOptions } from './fact-history.ts';
import { assureSeq } from './fact-options.ts';
import { ROOT_OPTION } from './trust.ts';

const KEYS_OPTION = [
  '--keys <url-or-folder>',
  'where keys/<n> are (default: the registry)',
] as const;

export function addFactCommands(program: Command, context: () => Context): void {
  const facts = program.command('facts').description('the signed facts, verified here');
  addTail(facts, context);
  addShow(facts, context);
  addVerify(facts, context);
  addExplain(facts, context);
  addWhere(facts, context);
}

function addTail(facts: Command, context: () => Context): void {
  facts
    .command('tail')
    .description('print facts as they arrive, until Ctrl-C')
    .option(...ROOT_OPTION)
    .option('--shard <xx>', 'only this shard, 00 to ff')
    .option('--tenant <uuid>', 'only this tenant')
    .option('--nats <url>', 'live delivery; without it the registry is asked every 3 s')
    .option('--history', 'begin with the first fact, not with the next')
    .addHelpText('after', TAIL_HELP)
    .action((options: TailOptions) => tail(options, context()));
}

function addShow(facts: Command, context: () => Context): void {
  facts
    .command('show <tenant>')
    .description('print the history of one tenant, newest last')
    .option(...ROOT_OPTION)
    .option('--kind <kind>', 'only facts of this kind')
    .option('--subject <subject>', 'only facts about this subject, e.g. member:<uuid>')
    .option('--live', 'only what holds now')
    .addHelpText('after', SHOW_HELP)
    .action((tenant: string, options: ShowOptions) => show(tenant, options, context()));
}

function addVerify(facts: Command, context: () => Context): void {
  facts
    .command('verify <file>')
    .description('verify lines of GET /v1/facts, from a file or from standard input (-)')
    .option(...ROOT_OPTION)
    .option(...KEYS_OPTION)
    .addHelpText('after', VERIFY_HELP)
    .action((file: string, options: HistoryOptions) => verify(file, options, context()));
}

function addExplain(facts: Command, context: () => Context): void {
  facts
    .command('explain <tenant>')
    .description('say which facts give somebody access, or why there is none')
    .option(...ROOT_OPTION)
    .option('--member <uuid>', 'who: a member')
    .option('--issuer <url>', 'who: an identity, by its issuer ...')
    .option('--sub <sub>', '... and its subject')
    .option('--permission <p>', 'one permission, resource:verb (default: all that there are)')
    .option('--project <uuid>', 'in one project of the tenant')
    .option('--at <seq>', 'as it was when the tenant’s fact of this seq was logged', seqOf)
    .option('--from <file>', 'lines of the shards of tenant and platform, in place of the registry')
    .option(...KEYS_OPTION)
    .addHelpText('after', EXPLAIN_HELP)
    .action((tenant: string, options: ExplainOptions) => explain(tenant, options, context()));
}

function addWhere(facts: Command, context: () => Context): void {
  facts
    .command('where')
    .description('say which data planes have applied a fact, and since when')
    .option('--fact <uuid>', 'one fact, by its id')
    .option('--revocation <uuid>', 'the same')
    .option('--tenant <uuid>', 'one fact, by its tenant ...')
    .option('--seq <n>', '... and its place in the tenant’s chain')
    .option('--operation <uuid>', 'all facts that an operation made')
    .addHelpText('after', WHERE_HELP)
    .action((options: WhereOptions) => where(options, context()));
}

function seqOf(text: string): number {
  return assureSeq(text, '--at');
}

const WHERE_HELP = `
By the receipts of planes that the registry was told of ("tenure planes add"). Exit code 0: all that
follow it have applied it; 1: the last line says who has not. SINCE is when the plane had said so.

Example, after a member was removed:
  $ tenure facts where --operation 4f0c… && echo gone everywhere
`;

const TAIL_HELP = `
Columns: time, tenant, seq, op, kind, subject, actor. What is refused is told on standard error.

Examples:
  $ tenure facts tail --nats nats://127.0.0.1:4222
  $ tenure facts tail --tenant 7f3a… --history --json | jq .fact.body
`;

const SHOW_HELP = `
The whole shard is verified, and held against the newest heartbeat: what is missing shows.

Example:
  $ tenure facts show 7f3a… --kind membership --live
`;

const VERIFY_HELP = `
A file holds whole shards, each from its position 1 on, one after the other. Exit code 1: a line is
bad, and the message has its number, its code and the rule that it breaks. A file that ends early
is good as far as it goes: only "show" and "tail" hold facts against the newest heartbeat.

Example:
  $ curl -s "$TENURE_URL/v1/facts?shard=37" -H "Authorization: Bearer $READER_TOKEN" |
      tenure facts verify -
`;

const EXPLAIN_HELP = `
Exit code 0 whether there is access or not: the answer is the text. For scripts: tenure plane --can.

Examples:
  $ tenure facts explain 7f3a… --issuer https://id.example/realms/acme --sub 51c0… --at 12
  $ tenure facts explain 7f3a… --member 9b1d… --permission invoice:read --from facts.txt --keys log/
`;
