import { z } from 'zod';
import { INVITATION_STATES } from '../../domain/invitation.ts';
import type { Invitation } from '../../domain/invitation.ts';
import { formatTime, time, uuid } from '../http/schemas.ts';

export const invitationSchema = z
  .object({
    id: uuid('That of its saga as well.'),
    tenant: uuid('The tenant.'),
    member: uuid('The member that it offers; pending until it is accepted.'),
    email: z.string().meta({ description: 'As it was given.', format: 'email' }),
    roles: z.array(z.string()),
    state: z.enum(INVITATION_STATES),
    invitedAt: time('When it was asked for.'),
    expiresAt: time('Until when its link is good; null before the first mail.').nullable(),
    endedAt: time('When it ended; null while it is pending.').nullable(),
  })
  .meta({ id: 'Invitation' });

const formatMaybe = (ms: number | null) => (ms === null ? null : formatTime(ms));

/** Who accepted it shows in the member. */
export function formatInvitation(invitation: Invitation): z.input<typeof invitationSchema> {
  const { id, tenant, member, email, state } = invitation;
  return {
    ...{ id, tenant, member, email, state, roles: [...invitation.roles] },
    invitedAt: formatTime(invitation.invitedAtMs),
    expiresAt: formatMaybe(invitation.expiresAtMs),
    endedAt: formatMaybe(invitation.endedAtMs),
  };
}
