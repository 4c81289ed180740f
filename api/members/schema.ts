import { z } from 'zod';
import { MEMBERSHIP_STATES } from '../../domain/membership.ts';
import type { Membership } from '../../domain/membership.ts';
import { uuid } from '../http/schemas.ts';

export const memberSchema = z
  .object({
    id: uuid('Minted at the invitation; another one in each tenant.'),
    tenant: uuid('The tenant.'),
    state: z.enum(MEMBERSHIP_STATES),
    identity: z
      .object({ issuer: z.string(), sub: z.string() })
      .nullable()
      .meta({ description: 'Bound at acceptance; null grants nothing.' }),
    roles: z.array(z.string()),
  })
  .meta({ id: 'Member' });

export function formatMember(member: Membership): z.input<typeof memberSchema> {
  return { ...member, roles: [...member.roles] };
}
