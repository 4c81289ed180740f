import type { Command } from 'commander';
import type { SagaBody } from './api-types.ts';
import type { Context } from './context.ts';
import { findTenantId } from './find-tenant.ts';
import { formatFields } from './format.ts';
import { formatSaga } from './saga-text.ts';

interface TrialBody {
  readonly state: string;
  readonly endsAt: string;
  readonly saga: string;
}

export function addTrialCommands(program: Command, context: () => Context): void {
  const trials = program.command('trials').description('trials, which end by themselves');
  trials
    .command('show <tenant>')
    .description('show when the trial of a tenant ends, or how it did')
    .action((tenant: string) => show(tenant, context()));
  trials
    .command('extend <tenant> <until>')
    .description('extend it to a later end, at most a year ahead')
    .addHelpText('after', '\nExample:\n  $ tenure trials extend acme 2026-12-24T00:00:00Z\n')
    .action((tenant: string, endsAt: string) => extend(tenant, endsAt, context()));
  trials
    .command('activate <tenant> <plan>')
    .description('end it by a sale: the tenant is active on the plan')
    .action((tenant: string, plan: string) => activate(tenant, plan, context()));
}

async function show(tenant: string, context: Context): Promise<void> {
  const client = context.client();
  const id = await findTenantId(tenant, client);
  print(await client.get<TrialBody>(`/v1/tenants/${id}/trial`), context);
}

async function extend(tenant: string, endsAt: string, context: Context): Promise<void> {
  const client = context.client();
  const id = await findTenantId(tenant, client);
  print(await client.post<TrialBody>(`/v1/tenants/${id}/trial/extend`, { endsAt }), context);
}

async function activate(tenant: string, plan: string, context: Context): Promise<void> {
  const client = context.client();
  const id = await findTenantId(tenant, client);
  const saga = await client.post<SagaBody>(`/v1/tenants/${id}/activate`, { plan });
  context.print(saga, () => `It is sold.\n\n${formatSaga(saga)}`);
}

function print(trial: TrialBody, context: Context): void {
  const { state, endsAt, saga } = trial;
  context.print(trial, () =>
    formatFields([
      ['state', state],
      ['ends', endsAt],
      ['saga', saga],
    ]),
  );
}
