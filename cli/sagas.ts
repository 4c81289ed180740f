import { Option } from 'commander';
import type { Command } from 'commander';
import { SAGA_STATES } from '../domain/operation.ts';
import type { SagaBody } from './api-types.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatTable } from './format.ts';
import { followSaga } from './progress.ts';
import { formatReason, formatSaga } from './saga-text.ts';
import { resumeAllParked } from './sagas-resume-all.ts';

const RESUME_HELP = `
Example, when Keycloak is back:
  $ tenure sagas resume --all-parked --reason identity.unavailable
`;

const COMMANDS = {
  unwind: ['give up a parked saga before "activate": undoes every step', 'Told to unwind.'],
  cancel: ['cancel a saga before "activate": undoes every step', 'Told to cancel.'],
} as const;

export function addSagaCommands(program: Command, context: () => Context): void {
  const sagas = program.command('sagas').description('look at sagas and tell them what to do');
  sagas
    .command('list')
    .description('list sagas, newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(SAGA_STATES))
    .option('--parked', 'only those that wait; short for --state parked')
    .option('--tenant <id>', 'only those of this tenant')
    .option('--limit <n>', 'rows, 200 at most', '50')
    .addHelpText('after', '\nExample, all that wait:\n  $ tenure sagas list --parked\n')
    .action((options: ListOptions) => list(options, context()));
  sagas
    .command('show <id>')
    .description('show a saga: its steps, why it waits, what to do')
    .option('--follow', 'stay until it ends or parks')
    .addHelpText('after', '\nExample:\n  $ tenure sagas show 7f3a… --follow\n')
    .action((id: string, options: { follow?: boolean }) => show(id, options, context()));
  sagas
    .command('resume [id]')
    .description('try the step of a parked saga again, or of all of them after an outage')
    .option('--all-parked', 'every saga that is parked')
    .option('--reason <code>', 'with --all-parked: only those parked for this reason')
    .addHelpText('after', RESUME_HELP)
    .action((id: string | undefined, options: ResumeOptions) => resume(id, options, context()));
  for (const [command, [about, told]] of Object.entries(COMMANDS))
    sagas
      .command(`${command} <id>`)
      .description(about)
      .action((id: string) => tell(id, command, told, context()));
}

interface ListOptions {
  readonly parked?: boolean;
  readonly state?: string;
  readonly tenant?: string;
  readonly limit: string;
}

async function list(options: ListOptions, context: Context): Promise<void> {
  const { parked, tenant, limit } = options;
  if (parked === true && options.state !== undefined)
    throw new CliError(EXIT.usage, 'Give --parked or --state, not both.');
  const state = parked === true ? 'parked' : options.state;
  const query = new URLSearchParams({ limit });
  if (state !== undefined) query.set('state', state);
  if (tenant !== undefined) query.set('tenant', tenant);
  const page = await context.client().get<{ sagas: SagaBody[] }>(`/v1/sagas?${query.toString()}`);
  context.print(page, () =>
    page.sagas.length === 0
      ? 'No such sagas.'
      : formatTable(
          ['SAGA', 'KIND', 'STATE', 'STEP', 'REASON', 'TENANT', 'ACCEPTED'],
          page.sagas.map((saga) => [
            saga.id,
            saga.kind,
            saga.state,
            saga.step ?? '',
            saga.reason?.code ?? '',
            saga.tenant,
            saga.acceptedAt,
          ]),
        ),
  );
}

async function show(id: string, { follow }: { follow?: boolean }, context: Context) {
  const client = context.client();
  const saga =
    follow === true
      ? await followSaga({ client, saga: encodeURIComponent(id), show: !context.json })
      : await client.get<SagaBody>(`/v1/sagas/${encodeURIComponent(id)}`);
  context.print(saga, () => formatSaga(saga));
  if (follow === true && saga.state !== 'done')
    throw new CliError(EXIT.refused, formatReason(saga));
}

interface ResumeOptions {
  readonly allParked?: boolean;
  readonly reason?: string;
}

async function resume(id: string | undefined, options: ResumeOptions, context: Context) {
  const { allParked = false, reason } = options;
  if (allParked === (id !== undefined))
    throw new CliError(EXIT.usage, 'Name one saga, or give --all-parked.');
  if (id === undefined) return resumeAllParked(reason, context);
  if (reason !== undefined) throw new CliError(EXIT.usage, '--reason goes with --all-parked.');
  return tell(id, 'resume', 'Told to resume.', context);
}

async function tell(id: string, command: string, told: string, context: Context): Promise<void> {
  const path = `/v1/sagas/${encodeURIComponent(id)}/${command}`;
  const saga = await context.client().post<SagaBody>(path);
  context.print(saga, () => `${told}\n\n${formatSaga(saga)}`);
}
