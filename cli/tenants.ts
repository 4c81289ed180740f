import type { Command } from 'commander';
import { fetchAll } from './all-pages.ts';
import type { TenantBody } from './api-types.ts';
import type { Context } from './context.ts';
import { formatFields, formatTable } from './format.ts';
import { addFreezeCommands } from './tenant-freeze.ts';
import { addMoveCommand } from './tenant-move.ts';
import { addOffboardCommands } from './tenant-offboard.ts';
import { addRequestOptions, requestTenant } from './tenant-request.ts';
import type { TenantRequestOptions } from './tenant-request.ts';
import { fetchTenant, fieldsOf } from './tenant-text.ts';

export function addTenantCommands(program: Command, context: () => Context): void {
  const tenants = program.command('tenants').description('provision and look at tenants');
  const making = tenants
    .command('create <slug>')
    .description('provision a tenant: identity, database, route, DNS, first admin')
    .requiredOption('--admin <email>', 'the first admin, who gets an invitation')
    .option('--name <name>', 'display name (default: the slug)')
    .option('--isolation <mode>', 'silo: its own identity realm; pool: a shared one')
    .option('--plan <plan>', 'a plan of the catalog')
    .option('--trial', 'begin with a trial, which ends by itself')
    .option('--demo', 'mark it as a tenant for show')
    .addHelpText('after', CREATE_EXAMPLES)
    .action((slug: string, options: CreateOptions) => create(slug, options, context()));
  addRequestOptions(making);
  tenants
    .command('get <slug-or-id>')
    .description('show one tenant')
    .addHelpText('after', '\nExample:\n  $ tenure tenants get acme\n')
    .action((name: string) => get(name, context()));
  tenants
    .command('list')
    .description('list all tenants, oldest first')
    .addHelpText('after', '\nExample:\n  $ tenure tenants list --json | jq -r .tenants[].slug\n')
    .action(() => list(context()));
  addFreezeCommands(tenants, context);
  addOffboardCommands(tenants, context);
  addMoveCommand(tenants, context);
}

const CREATE_EXAMPLES = `
Examples:
  $ tenure tenants create acme --admin ada@acme.example
  $ tenure tenants create acme --admin ada@acme.example --isolation pool --no-wait --json

The tenant is there when "activate" is done. Before that a permanent error undoes everything;
after it the saga only goes forward. When it parks: tenure sagas show <id>.
`;

interface CreateOptions extends TenantRequestOptions {
  readonly admin: string;
  readonly name?: string;
  readonly isolation?: string;
  readonly plan?: string;
  readonly demo?: boolean;
  readonly trial?: boolean;
}

async function create(slug: string, options: CreateOptions, context: Context): Promise<void> {
  const { admin, name, isolation, plan, demo, trial } = options;
  const body = {
    slug,
    admin: { email: admin },
    ...(name === undefined ? {} : { displayName: name }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(plan === undefined ? {} : { plan }),
    ...(demo === undefined ? {} : { demo }),
    ...(trial === undefined ? {} : { trial }),
  };
  await requestTenant('/v1/tenants', body, options, context);
}

async function get(name: string, context: Context): Promise<void> {
  const tenant = await fetchTenant(name, context.client());
  context.print(tenant, () => formatFields(fieldsOf(tenant)));
}

async function list(context: Context): Promise<void> {
  const rowsOf = (page: { tenants: TenantBody[] }) => page.tenants;
  const tenants = await fetchAll(context.client(), '/v1/tenants', rowsOf);
  context.print({ tenants }, () =>
    tenants.length === 0
      ? 'No tenants yet. Make one: tenure tenants create acme --admin ada@acme.example'
      : formatTable(
          ['SLUG', 'STATE', 'ISOLATION', 'PLAN', 'HOST', 'ID'],
          tenants.map((t) => [t.slug, t.state, t.isolation, t.plan, t.host, t.id]),
        ),
  );
}
