import type { Command } from 'commander';
import { keyHeader } from './client.ts';
import type { Context } from './context.ts';
import { formatFields } from './format.ts';
import { addKeyOption, addRequestOptions, requestTenant } from './tenant-request.ts';
import type { TenantRequestOptions } from './tenant-request.ts';
import { fetchTenant } from './tenant-text.ts';

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
  const extending = trials
    .command('extend <tenant> <until>')
    .description('extend it to a later end, at most a year ahead')
    .addHelpText('after', '\nExample:\n  $ tenure trials extend acme 2026-12-24T00:00:00Z\n')
    .action((tenant: string, endsAt: string, { idempotencyKey }: TenantRequestOptions) =>
      extend(tenant, endsAt, keyHeader(idempotencyKey), context()),
    );
  addKeyOption(extending);
  const activating = trials
    .command('activate <tenant> <plan>')
    .description('end it by a sale: the tenant is active on the plan')
    .addHelpText('after', '\nExample:\n  $ tenure trials activate acme team\n')
    .action((tenant: string, plan: string, options: TenantRequestOptions) =>
      activate(tenant, plan, options, context()),
    );
  addRequestOptions(activating);
}

const pathOf = async (tenant: string, context: Context): Promise<string> =>
  `/v1/tenants/${(await fetchTenant(tenant, context.client())).id}`;

async function show(tenant: string, context: Context): Promise<void> {
  const path = `${await pathOf(tenant, context)}/trial`;
  print(await context.client().get<TrialBody>(path), context);
}

async function extend(
  tenant: string,
  endsAt: string,
  headers: ReturnType<typeof keyHeader>,
  context: Context,
): Promise<void> {
  const path = `${await pathOf(tenant, context)}/trial/extend`;
  print(await context.client().post<TrialBody>(path, { endsAt }, headers), context);
}

async function activate(
  tenant: string,
  plan: string,
  options: TenantRequestOptions,
  context: Context,
): Promise<void> {
  await requestTenant(`${await pathOf(tenant, context)}/activate`, { plan }, options, context);
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
