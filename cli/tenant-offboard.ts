import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { addRequestOptions, requestTenant } from './tenant-request.ts';
import type { TenantRequestOptions } from './tenant-request.ts';
import { fetchTenant } from './tenant-text.ts';

/** `tenure tenants offboard`, `revoke-offboarding` and `export`. */
export function addOffboardCommands(tenants: Command, context: () => Context): void {
  const offboard = tenants
    .command('offboard <slug-or-id>')
    .description('have a tenant leave: export, freeze, wait 30 days, erase it everywhere')
    .addHelpText('after', OFFBOARD_HELP)
    .action((name: string, options: TenantRequestOptions) =>
      change(name, 'offboard', options, context()),
    );
  const revoke = tenants
    .command('revoke-offboarding <slug-or-id>')
    .description('take an offboarding back: the tenant is what it was before')
    .addHelpText('after', '\nExample:\n  $ tenure tenants revoke-offboarding acme\n')
    .action((name: string, options: TenantRequestOptions) =>
      change(name, 'offboard/revoke', options, context()),
    );
  for (const command of [offboard, revoke]) addRequestOptions(command);
  tenants
    .command('export <slug-or-id> <file>')
    .description('fetch what a tenant that leaves may take along')
    .addHelpText('after', '\nExample:\n  $ tenure tenants export acme acme.json\n')
    .action((name: string, file: string) => fetchExport(name, file, context()));
}

const OFFBOARD_HELP = `
Example:
  $ tenure tenants offboard acme
  $ tenure tenants export acme acme.json

Until its retention ends the tenant is frozen and whole: tenure tenants revoke-offboarding
gives everything back but the sessions. After that nothing does.
`;

async function change(
  name: string,
  verb: 'offboard' | 'offboard/revoke',
  options: TenantRequestOptions,
  context: Context,
): Promise<void> {
  const { id } = await fetchTenant(name, context.client());
  await requestTenant(`/v1/tenants/${id}/${verb}`, undefined, options, context);
}

/** A new file that its owner alone may read: it has personal data. */
async function fetchExport(name: string, file: string, context: Context): Promise<void> {
  const client = context.client();
  const { id, slug } = await fetchTenant(name, client);
  const document = await client.get<{ facts: readonly string[] }>(`/v1/tenants/${id}/export`);
  try {
    await writeFile(file, `${JSON.stringify(document)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    throw new CliError(
      EXIT.refused,
      `${file} cannot be written`,
      'Name a file that is not there.',
      {
        cause,
      },
    );
  }
  const { length: facts } = document.facts;
  context.print({ tenant: id, file, facts }, () => `${slug}: ${facts} facts and all rows, ${file}`);
}
