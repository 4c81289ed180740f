import { z } from 'zod';
import { INVITATION_STATES } from '../../domain/invitation.ts';
import { acceptInviteRequest } from '../../registry/accept-invite-request.ts';
import { askerOf } from '../http/asker.ts';
import { pageOf } from '../http/page.ts';
import { route } from '../http/route.ts';
import { cursor, idempotencyKey, limit, next, roleNames, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';
import { acceptProblems, showNow, startAccepted } from '../sagas/begin.ts';
import { sagaSchema } from '../sagas/schema.ts';
import { assureAccepted } from '../tenants/accepted.ts';
import { formatInvitation, invitationSchema } from './schema.ts';

export { resendInvitation, revokeInvitation } from './change.ts';

const tenant = uuid('The tenant.');

export const inviteMember = route({
  operationId: 'inviteMember',
  method: 'post',
  path: '/v1/tenants/{tenant}/invitations',
  tag: 'invitations',
  summary: 'Invite a person by e-mail',
  description:
    'The person is a pending member from here on, and becomes an active one by accepting, within 72 hours, as a verified login with this address. The address is kept in the invitation alone.',
  access: 'operator',
  counted: true,
  params: z.object({ tenant }),
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  body: z
    .strictObject({
      email: z.string().meta({ description: 'Where the mail goes.', example: 'bob@acme.example' }),
      roles: roleNames,
    })
    .meta({ id: 'InviteMember' }),
  replies: {
    202: {
      description: 'Accepted; the saga mails it and waits for the answer.',
      body: z
        .object({ invitation: invitationSchema, saga: sagaSchema })
        .meta({ id: 'InvitedMember' }),
      headers: { Location: 'The invitation.' },
    },
  },
  problems: [
    'tenant-state',
    'member-exists',
    'invitation-pending',
    'invitation-limit',
    'role-unknown',
    ...acceptProblems,
  ],
})(async ({ params, headers, body, caller }, ports: ApiPorts) => {
  const accepted = assureAccepted(
    await acceptInviteRequest(ports.accept, {
      ...askerOf(caller, 'inviteMember', headers['Idempotency-Key']),
      tenant: params.tenant,
      ...body,
    }),
  );
  await startAccepted(accepted, ports);
  const [saga, invitation] = await Promise.all([
    showNow(accepted, ports),
    ports.invitations.findInvitation(accepted.tenant, accepted.id),
  ]);
  // The rule refused it meanwhile.
  if (invitation === undefined) throw notFound();
  return {
    status: 202,
    headers: { Location: `/v1/tenants/${accepted.tenant}/invitations/${accepted.id}` },
    body: { invitation: formatInvitation(invitation), saga },
  };
});

export const getInvitation = route({
  operationId: 'getInvitation',
  method: 'get',
  path: '/v1/tenants/{tenant}/invitations/{invitation}',
  tag: 'invitations',
  summary: 'Show an invitation',
  description: 'Its saga has the same id, and shows the mail and what waits.',
  access: 'operator',
  params: z.object({ tenant, invitation: uuid('The invitation.') }),
  replies: { 200: { description: 'The invitation.', body: invitationSchema } },
  problems: [],
})(async ({ params }, { invitations }: Pick<ApiPorts, 'invitations'>) => {
  const found = await invitations.findInvitation(params.tenant, params.invitation);
  if (found === undefined) throw notFound();
  return { status: 200, body: formatInvitation(found) };
});

const position = z.object({ invitedAtMs: z.number(), id: z.string() });

export const listInvitations = route({
  operationId: 'listInvitations',
  method: 'get',
  path: '/v1/tenants/{tenant}/invitations',
  tag: 'invitations',
  summary: 'List the invitations of a tenant',
  description: 'Newest first.',
  access: 'operator',
  params: z.object({ tenant }),
  query: z.strictObject({
    state: z
      .enum(INVITATION_STATES, `Must be one of ${INVITATION_STATES.join(', ')}.`)
      .optional()
      .meta({ description: 'Only those in this state.' }),
    limit,
    cursor,
  }),
  replies: {
    200: {
      description: 'One page.',
      body: z
        .object({ invitations: z.array(invitationSchema), next })
        .meta({ id: 'InvitationPage' }),
    },
  },
  problems: ['cursor-invalid'],
})(async ({ params, query }, ports: Pick<ApiPorts, 'invitations' | 'tenants' | 'cursors'>) => {
  const { invitations, tenants, cursors } = ports;
  if ((await tenants.findTenant(params.tenant)) === undefined) throw notFound();
  const { state, limit: size } = query;
  const purpose = `invitations ${params.tenant} ${state ?? '*'}`;
  const after =
    query.cursor === undefined ? undefined : cursors.parse(purpose, query.cursor, position);
  const read = await invitations.listInvitations({
    tenant: params.tenant,
    ...(state === undefined ? {} : { state }),
    ...(after === undefined ? {} : { after }),
    limit: size + 1,
  });
  const { rows, next: following } = pageOf(read, size, ({ invitedAtMs, id }) =>
    cursors.format(purpose, { invitedAtMs, id }),
  );
  return { status: 200, body: { invitations: rows.map(formatInvitation), next: following } };
});
