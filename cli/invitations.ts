import { Option } from 'commander';
import type { Command } from 'commander';
import { INVITATION_STATES } from '../domain/invitation.ts';
import { fetchAll } from './all-pages.ts';
import type { InvitationBody, SagaBody } from './api-types.ts';
import { keyHeader } from './client.ts';
import type { Context } from './context.ts';
import { formatFields, formatTable } from './format.ts';

const ABOUT = `
Examples:
  $ tenure invitations create <tenant-id> bob@acme.example --role org-member
  $ tenure invitations list <tenant-id> --state pending

An invitation has the id of its saga: tenure sagas show <id> tells of its mail.
`;

const CHANGES = {
  resend: ['mail it again with a new link; the old one is dead', 'Told to mail it again.'],
  revoke: ['take it back; its link is dead at once', 'Revoked.'],
} as const;

export function addInvitationCommands(program: Command, context: () => Context): void {
  const invitations = program
    .command('invitations')
    .description('invite people by e-mail, and look after their invitations')
    .addHelpText('after', ABOUT);
  invitations
    .command('create <tenant> <email>')
    .description('invite a person')
    .option('--role <name...>', 'tenant-scoped roles that the person shall have', ['org-member'])
    .option('--idempotency-key <key>', 'the same key again gives the same answer')
    .action((tenant: string, email: string, options: CreateOptions) =>
      create(tenant, email, options, context()),
    );
  invitations
    .command('list <tenant>')
    .description('list the invitations of a tenant, newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(INVITATION_STATES))
    .action((tenant: string, { state }: { state?: string }) => list(tenant, state, context()));
  for (const [change, [about, done]] of Object.entries(CHANGES))
    invitations
      .command(`${change} <tenant> <invitation>`)
      .description(about)
      .action((tenant: string, id: string) =>
        tell(`${pathOf(tenant, id)}/${change}`, done, context()),
      );
}

interface CreateOptions {
  readonly role: readonly string[];
  readonly idempotencyKey?: string;
}

const pathOf = (tenant: string, ...rest: readonly string[]) =>
  ['/v1/tenants', tenant, 'invitations', ...rest]
    .map((part, at) => (at === 0 ? part : encodeURIComponent(part)))
    .join('/');

async function create(
  tenant: string,
  email: string,
  { role, idempotencyKey }: CreateOptions,
  context: Context,
): Promise<void> {
  const made = await context
    .client()
    .post<{ invitation: InvitationBody; saga: SagaBody }>(
      pathOf(tenant),
      { email, roles: role },
      keyHeader(idempotencyKey),
    );
  context.print(made, () => formatInvitation(made.invitation));
}

async function list(tenant: string, state: string | undefined, context: Context): Promise<void> {
  const filter = state === undefined ? {} : { state };
  const rowsOf = (page: { invitations: InvitationBody[] }) => page.invitations;
  const found = await fetchAll(context.client(), pathOf(tenant), rowsOf, filter);
  context.print({ invitations: found }, () =>
    found.length === 0
      ? 'No such invitations. Invite somebody: tenure invitations create'
      : formatTable(
          ['INVITATION', 'STATE', 'E-MAIL', 'ROLES', 'EXPIRES'],
          found.map((row) => [
            ...[row.id, row.state, row.email, row.roles.join()],
            row.expiresAt ?? '–',
          ]),
        ),
  );
}

async function tell(path: string, done: string, context: Context): Promise<void> {
  const invitation = await context.client().post<InvitationBody>(path);
  context.print(invitation, () => `${done}\n\n${formatInvitation(invitation)}`);
}

function formatInvitation(invitation: InvitationBody): string {
  return formatFields([
    ['invitation', invitation.id],
    ['state', invitation.state],
    ['e-mail', invitation.email],
    ['roles', invitation.roles.join()],
    ['member', invitation.member],
    ['expires', invitation.expiresAt ?? '–'],
  ]);
}
