import type { Command } from 'commander';
import { fetchAll } from './all-pages.ts';
import type { DomainBody, SagaBody } from './api-types.ts';
import { keyHeader } from './client.ts';
import type { Context } from './context.ts';
import { formatFields, formatTable } from './format.ts';

const ABOUT = `
Examples:
  $ tenure domains add <tenant-id> shop.example.com    prints the TXT record that proves it
  $ tenure domains look <tenant-id> <domain-id>        it is published: look now

A domain has the id of the saga that adds it: tenure sagas show <id> tells what it waits for.
`;

export function addDomainCommands(program: Command, context: () => Context): void {
  const domains = program
    .command('domains')
    .description('give tenants domains of their own, and take them back')
    .addHelpText('after', ABOUT);
  domains
    .command('add <tenant> <name>')
    .description('claim a domain')
    .option('--idempotency-key <key>', 'the same key again gives the same answer')
    .action((tenant: string, name: string, { idempotencyKey }: Keyed) =>
      add(tenant, name, idempotencyKey, context()),
    );
  domains
    .command('list <tenant>')
    .description('list the domains of a tenant, newest first')
    .action((tenant: string) => list(tenant, context()));
  domains
    .command('show <tenant> <domain>')
    .description('show a domain, and the record that proves it')
    .action((tenant: string, id: string) => show(tenant, id, context()));
  domains
    .command('look <tenant> <domain>')
    .description('look for the record now')
    .action((tenant: string, id: string) => look(tenant, id, context()));
  domains
    .command('remove <tenant> <domain>')
    .description('take a domain back; it leads nowhere then')
    .option('--idempotency-key <key>', 'the same key again gives the same answer')
    .action((tenant: string, id: string, { idempotencyKey }: Keyed) =>
      remove(tenant, id, idempotencyKey, context()),
    );
}

interface Keyed {
  readonly idempotencyKey?: string;
}

interface Changed {
  readonly domain: DomainBody;
  readonly saga: SagaBody;
}

const pathOf = (tenant: string, ...rest: readonly string[]) =>
  `/v1/tenants/${[tenant, 'domains', ...rest].map(encodeURIComponent).join('/')}`;

async function add(tenant: string, name: string, key: string | undefined, context: Context) {
  const made = await context.client().post<Changed>(pathOf(tenant), { name }, keyHeader(key));
  context.print(made, () => formatDomain(made.domain));
}

async function list(tenant: string, context: Context): Promise<void> {
  const rowsOf = (page: { domains: DomainBody[] }) => page.domains;
  const found = await fetchAll(context.client(), pathOf(tenant), rowsOf, {});
  context.print({ domains: found }, () =>
    found.length === 0
      ? 'No domains. Add one: tenure domains add'
      : formatTable(
          ['DOMAIN', 'STATE', 'NAME'],
          found.map(({ id, state, name }) => [id, state, name]),
        ),
  );
}

async function show(tenant: string, id: string, context: Context): Promise<void> {
  const domain = await context.client().get<DomainBody>(pathOf(tenant, id));
  context.print(domain, () => formatDomain(domain));
}

async function look(tenant: string, id: string, context: Context): Promise<void> {
  const domain = await context.client().post<DomainBody>(pathOf(tenant, id, 'look'));
  context.print(domain, () => `Told to look.\n\n${formatDomain(domain)}`);
}

async function remove(tenant: string, id: string, key: string | undefined, context: Context) {
  const made = await context.client().delete<Changed>(pathOf(tenant, id), keyHeader(key));
  context.print(made, () => `It is being removed: tenure sagas show ${made.saga.id}`);
}

function formatDomain({ id, name, state, record }: DomainBody): string {
  return formatFields([
    ['domain', id],
    ['name', name],
    ['state', state],
    ['record', `${record.name} ${record.type} "${record.text}"`],
  ]);
}
