import type { Command } from 'commander';
import type { SagaBody, TenantBody } from './api-types.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatFields, formatTable } from './format.ts';
import { followSaga } from './progress.ts';
import { formatReason } from './saga-text.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function addTenantCommands(program: Command, context: () => Context): void {
  const tenants = program.command('tenants').description('provision and look at tenants');
  tenants
    .command('create <slug>')
    .description('provision a tenant: identity, database, route, DNS, first admin')
    .requiredOption('--admin <email>', 'the first admin, who gets an invitation')
    .option('--name <name>', 'display name (default: the slug)')
    .option('--isolation <mode>', 'silo: its own identity realm; pool: a shared one')
    .option('--plan <plan>', 'a plan of the catalog')
    .option('--trial', 'begin with a trial, which ends by itself')
    .option('--demo', 'mark it as a tenant for show')
    .option('--wait', 'follow the saga to its end (default when a person watches)')
    .option('--no-wait', 'return once the request is accepted')
    .option('--idempotency-key <key>', 'repeat safely: the same key has one effect')
    .addHelpText('after', CREATE_EXAMPLES)
    .action((slug: string, options: CreateOptions) => create(slug, options, context()));
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
}

const CREATE_EXAMPLES = `
Examples:
  $ tenure tenants create acme --admin ada@acme.example
  $ tenure tenants create acme --admin ada@acme.example --isolation pool --no-wait --json

The tenant is there when "activate" is done. Before that a permanent error undoes everything;
after it the saga only goes forward. When it parks: tenure sagas show <id>.
`;

interface CreateOptions {
  readonly admin: string;
  readonly name?: string;
  readonly isolation?: string;
  readonly plan?: string;
  readonly demo?: boolean;
  readonly trial?: boolean;
  readonly wait?: boolean;
  readonly idempotencyKey?: string;
}

async function create(slug: string, options: CreateOptions, context: Context): Promise<void> {
  const { admin, name, isolation, plan, demo, trial, wait = context.tty, idempotencyKey } = options;
  const client = context.client();
  const accepted = await client.post<{ tenant: TenantBody; saga: SagaBody }>(
    '/v1/tenants',
    {
      slug,
      admin: { email: admin },
      ...(name === undefined ? {} : { displayName: name }),
      ...(isolation === undefined ? {} : { isolation }),
      ...(plan === undefined ? {} : { plan }),
      ...(demo === undefined ? {} : { demo }),
      ...(trial === undefined ? {} : { trial }),
    },
    idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey },
  );
  if (!wait) {
    context.print(accepted, () => formatAccepted(accepted));
    return;
  }
  const saga = await followSaga({ client, saga: accepted.saga.id, show: !context.json });
  const tenant = await client.get<TenantBody>(`/v1/tenants/${accepted.tenant.id}`);
  context.print({ tenant, saga }, () => formatEnded(tenant, saga));
  if (saga.state !== 'done') throw new CliError(EXIT.refused, formatReason(saga));
}

function formatAccepted({ tenant, saga }: { tenant: TenantBody; saga: SagaBody }): string {
  return `${formatFields([
    ['tenant', tenant.id],
    ['saga', saga.id],
  ])}\n\nFollow it: tenure sagas show ${saga.id} --follow`;
}

function formatEnded(tenant: TenantBody, saga: SagaBody): string {
  const invite: [string, string][] =
    saga.inviteLink === undefined ? [] : [['invite', saga.inviteLink]];
  return formatFields([...fieldsOf(tenant), ['saga', saga.id], ...invite]);
}

async function get(name: string, context: Context): Promise<void> {
  const path = UUID.test(name) ? name : `by-slug/${encodeURIComponent(name)}`;
  const tenant = await context.client().get<TenantBody>(`/v1/tenants/${path}`);
  context.print(tenant, () => formatFields(fieldsOf(tenant)));
}

function fieldsOf(tenant: TenantBody): [string, string][] {
  return [
    ['tenant', tenant.id],
    ['slug', tenant.slug],
    ['state', tenant.state],
    ['host', tenant.host],
    ['isolation', tenant.isolation],
    ['plan', tenant.plan],
    ['issuer', tenant.issuer ?? '–'],
    ['database', tenant.databaseUrl ?? '–'],
    ['created', tenant.createdAt],
  ];
}

async function list(context: Context): Promise<void> {
  const client = context.client();
  const tenants: TenantBody[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { tenants: TenantBody[]; next: string | null } = await client.get(
      `/v1/tenants?limit=200${query}`,
    );
    tenants.push(...page.tenants);
    cursor = page.next;
  }
  context.print({ tenants }, () =>
    tenants.length === 0
      ? 'No tenants yet. Make one: tenure tenants create acme --admin ada@acme.example'
      : formatTable(
          ['SLUG', 'STATE', 'ISOLATION', 'PLAN', 'HOST', 'ID'],
          tenants.map((t) => [t.slug, t.state, t.isolation, t.plan, t.host, t.id]),
        ),
  );
}
