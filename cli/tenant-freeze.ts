import { Option } from 'commander';
import type { Command } from 'commander';
import { FREEZE_REASONS } from '../domain/freezing.ts';
import type { Context } from './context.ts';
import { addRequestOptions, requestTenant } from './tenant-request.ts';
import type { TenantRequestOptions } from './tenant-request.ts';
import { fetchTenant } from './tenant-text.ts';

/** `tenure tenants freeze` and `unfreeze`. */
export function addFreezeCommands(tenants: Command, context: () => Context): void {
  const freeze = tenants
    .command('freeze <slug-or-id>')
    .description(
      'stop a tenant: data planes deny, sign-in is refused, sessions end, host is closed',
    )
    .addOption(
      new Option('--reason <reason>', 'for the audit').choices(FREEZE_REASONS).default('request'),
    )
    .addHelpText('after', FREEZE_HELP)
    .action((name: string, { reason, ...options }: TenantRequestOptions & { reason: string }) =>
      change(name, 'cancel', { reason }, options, context()),
    );
  const unfreeze = tenants
    .command('unfreeze <slug-or-id>')
    .description('take a freeze back: the tenant is what it was before')
    .addHelpText('after', '\nExample:\n  $ tenure tenants unfreeze acme\n')
    .action((name: string, options: TenantRequestOptions) =>
      change(name, 'unfreeze', undefined, options, context()),
    );
  for (const command of [freeze, unfreeze]) addRequestOptions(command);
}

const FREEZE_HELP = `
Example:
  $ tenure tenants freeze acme --reason unpaid

Data planes deny from the first step on, whatever else is down. Nothing is deleted:
tenure tenants unfreeze <slug-or-id> gives everything back but the sessions.
`;

async function change(
  name: string,
  verb: 'cancel' | 'unfreeze',
  body: unknown,
  options: TenantRequestOptions,
  context: Context,
): Promise<void> {
  const { id } = await fetchTenant(name, context.client());
  await requestTenant(`/v1/tenants/${id}/${verb}`, body, options, context);
}
