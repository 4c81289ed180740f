import { z } from 'zod';
import type { Invitation } from '../../domain/invitation.ts';
import { canonicalHash } from '../../registry/canonical-json.ts';
import * as registry from '../../registry/change-invitation.ts';
import type { ChangeResult, InvitationChange } from '../../registry/change-invitation.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import { startNow } from '../sagas/begin.ts';
import { formatInvitation, invitationSchema } from './schema.ts';

const params = z.object({ tenant: uuid('The tenant.'), invitation: uuid('The invitation.') });

export const resendInvitation = route({
  operationId: 'resendInvitation',
  method: 'post',
  path: '/v1/tenants/{tenant}/invitations/{invitation}/resend',
  tag: 'invitations',
  summary: 'Mail an invitation again',
  description:
    'With a new link: the old one is dead before the mail goes out, and 72 hours begin anew. Ten times at most.',
  access: 'operator',
  counted: true,
  params,
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  replies: { 202: { description: 'Told; the saga mails it.', body: invitationSchema } },
  problems: ['invitation-ended', 'command-refused', 'engine-unavailable'],
})(async ({ params: named, headers: given, caller }, ports: ApiPorts) => {
  const change = { ...named, actor: caller.id };
  const key = given['Idempotency-Key'] ?? ports.accept.ids.uuid();
  await startUnstarted(change, ports);
  const id = canonicalHash([caller.id, 'resendInvitation', key]);
  const told = assureChanged(await registry.resendInvitation(ports, change, id));
  return { status: 202, body: formatInvitation(told) };
});

export const revokeInvitation = route({
  operationId: 'revokeInvitation',
  method: 'post',
  path: '/v1/tenants/{tenant}/invitations/{invitation}/revoke',
  tag: 'invitations',
  summary: 'Revoke an invitation',
  description: 'Its link is dead when this is answered. Again gives the same answer.',
  access: 'operator',
  params,
  replies: { 200: { description: 'Revoked.', body: invitationSchema } },
  problems: ['invitation-ended', 'store-unknown', 'store-full'],
})(async ({ params: named, caller }, ports: ApiPorts) => {
  const revoked = await registry.revokeInvitation(ports, { ...named, actor: caller.id });
  return { status: 200, body: formatInvitation(assureChanged(revoked)) };
});

/** One that a crash left unstarted is started first, so that it can be told. */
async function startUnstarted(
  { tenant, invitation }: InvitationChange,
  ports: ApiPorts,
): Promise<void> {
  const operation = await ports.operations.findOperation(invitation);
  const isIts = operation?.tenant === tenant && operation.kind === 'inviteMember';
  if (isIts) await startNow(operation, ports);
}

function assureChanged(result: ChangeResult): Invitation {
  switch (result.outcome) {
    case 'changed':
      return result.invitation;
    case 'invitation-not-found':
      throw notFound();
    case 'invitation-ended':
      throw new Problem('invitation-ended', 'Only a pending invitation can be changed.');
  }
}
