import { Option } from 'commander';
import type { Command } from 'commander';
import { ISOLATION_MODES } from '../domain/isolation.ts';
import type { Context } from './context.ts';
import { addRequestOptions, requestTenant } from './tenant-request.ts';
import type { TenantRequestOptions } from './tenant-request.ts';
import { fetchTenant } from './tenant-text.ts';

/** `tenure tenants move`. */
export function addMoveCommand(tenants: Command, context: () => Context): void {
  const move = tenants
    .command('move <slug-or-id>')
    .description('move a tenant between pool and silo, with all members')
    .addOption(
      new Option('--to <mode>', 'the mode that it shall be in')
        .choices(ISOLATION_MODES)
        .makeOptionMandatory(),
    )
    .addHelpText('after', MOVE_HELP)
    .action((name: string, { to, ...options }: TenantRequestOptions & { to: string }) =>
      change(name, to, options, context()),
    );
  addRequestOptions(move);
}

const MOVE_HELP = `
Example:
  $ tenure tenants move acme --to silo

Until the step "commit" it can be taken back: tenure sagas unwind. After it everybody signs in
anew, and who has no password there is mailed a link to set one.
`;

async function change(
  name: string,
  isolation: string,
  options: TenantRequestOptions,
  context: Context,
): Promise<void> {
  const { id } = await fetchTenant(name, context.client());
  await requestTenant(`/v1/tenants/${id}/move`, { isolation }, options, context);
}
