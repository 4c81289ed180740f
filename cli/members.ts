import type { Command } from 'commander';
import type { MemberBody, SagaBody } from './api-types.ts';
import { keyHeader } from './client.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatTable } from './format.ts';
import { followSaga } from './progress.ts';
import { formatReason } from './saga-text.ts';
import { addRequestOptions } from './tenant-request.ts';
import type { TenantRequestOptions } from './tenant-request.ts';
import { fetchTenant } from './tenant-text.ts';

const ABOUT = `
Examples:
  $ tenure members list acme
  $ tenure members roles acme <member> --role org-admin org-member
  $ tenure members deactivate acme <member>
  $ tenure members transfer-ownership acme <from> <to>

Data planes follow at once, whatever else is down; groups and sessions at the identity provider
follow with the saga. The last owner of a tenant cannot go.
`;

export function addMemberCommands(program: Command, context: () => Context): void {
  const members = program
    .command('members')
    .description('look after the members of a tenant, named by its slug or id')
    .addHelpText('after', ABOUT);
  members
    .command('list <tenant>')
    .description('list the members of a tenant')
    .action((tenant: string) => list(tenant, context()));
  const changes = [
    members
      .command('roles <tenant> <member>')
      .description('give a member exactly these tenant-scoped roles')
      .requiredOption('--role <name...>', 'the whole new set')
      .action((tenant: string, member: string, { role, ...options }: RolesOptions) =>
        change(tenant, { ...ofMember('PATCH', member), body: { roles: role } }, options, context()),
      ),
    ...Object.entries(VERBS).map(([verb, { about, method, path }]) =>
      members
        .command(`${verb} <tenant> <member>`)
        .description(about)
        .action((tenant: string, member: string, options: TenantRequestOptions) =>
          change(tenant, ofMember(method, member, path), options, context()),
        ),
    ),
    members
      .command('transfer-ownership <tenant> <from> <to>')
      .description('make one member owner in another one’s place')
      .action((tenant: string, from: string, to: string, options: TenantRequestOptions) => {
        const asked = { method: 'POST', path: 'transfer-ownership', body: { from, to } } as const;
        return change(tenant, asked, options, context());
      }),
  ];
  for (const command of changes) addRequestOptions(command);
}

const VERBS = {
  deactivate: {
    about: 'deny a member everything, and end their sessions; reactivate takes it back',
    method: 'POST',
    path: '/deactivate',
  },
  reactivate: {
    about: 'give a deactivated member everything back but the sessions',
    method: 'POST',
    path: '/reactivate',
  },
  remove: { about: 'end a membership for good', method: 'DELETE', path: '' },
} as const;

type RolesOptions = TenantRequestOptions & { readonly role: readonly string[] };

interface Asked {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  /** Below the tenant. */
  readonly path: string;
  readonly body?: unknown;
}

function ofMember(method: Asked['method'], member: string, rest = ''): Asked {
  return { method, path: `members/${encodeURIComponent(member)}${rest}` };
}

async function list(name: string, context: Context): Promise<void> {
  const client = context.client();
  const { id } = await fetchTenant(name, client);
  const found = await client.get<{ members: MemberBody[] }>(`/v1/tenants/${id}/members`);
  context.print(found, () =>
    formatTable(
      ['MEMBER', 'STATE', 'ROLES', 'SUBJECT'],
      found.members.map(({ id: member, state, roles, identity }) => [
        ...[member, state, roles.join()],
        identity?.sub ?? '–',
      ]),
    ),
  );
}

/** Prints what was accepted, or follows its saga and says how it ended. */
async function change(
  name: string,
  { method, path, body }: Asked,
  { wait, idempotencyKey }: TenantRequestOptions,
  context: Context,
): Promise<void> {
  const client = context.client();
  const { id } = await fetchTenant(name, client);
  const headers = keyHeader(idempotencyKey);
  const url = `/v1/tenants/${id}/${path}`;
  const accepted = await client.send<{ saga: SagaBody }>(method, url, body, headers);
  if (!(wait ?? context.tty)) {
    const follow = `Follow it: tenure sagas show ${accepted.saga.id} --follow`;
    context.print(accepted, () => `Accepted.\n\n${follow}`);
    return;
  }
  const saga = await followSaga({ client, saga: accepted.saga.id, show: !context.json });
  context.print({ saga }, () => (saga.state === 'done' ? 'Done.' : formatReason(saga)));
  if (saga.state !== 'done') throw new CliError(EXIT.refused, formatReason(saga));
}
