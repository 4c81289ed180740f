import { z } from 'zod';
import { DOMAIN_STATES } from '../../domain/custom-domain.ts';
import { INVITATION_STATES } from '../../domain/invitation.ts';
import { MEMBERSHIP_STATES } from '../../domain/membership.ts';
import { REQUEST_STATES, TRIAL_STATES } from '../../domain/sales.ts';
import { EXPORT_FORMAT } from '../../registry/export-tenant.ts';
import { time, uuid } from '../http/schemas.ts';
import { tenantSchema } from './schema.ts';

const identity = z.object({ issuer: z.string(), sub: z.string() }).nullable();
const roles = z.array(z.string());

const member = z.object({
  ...{ id: uuid('The member.'), state: z.enum(MEMBERSHIP_STATES), identity, roles },
});

const invitation = z.object({
  ...{ id: uuid('The invitation.'), member: uuid('The invited member.'), email: z.string(), roles },
  ...{ state: z.enum(INVITATION_STATES), identity, endedBy: z.string().nullable() },
  invitedAt: time('When it was asked for.'),
  expiresAt: time('Of its newest link.').nullable(),
  endedAt: time('Null while it is pending.').nullable(),
});

const entitlement = z.object({
  ...{ product: z.string(), plan: z.string() },
  limits: z.record(z.string(), z.number()),
});

const domain = z.object({
  ...{ id: uuid('The claim.'), name: z.string(), state: z.enum(DOMAIN_STATES) },
  claimedAt: time('When it was asked for.'),
});

const usage = z.object({ product: z.string(), limit: z.string(), used: z.number() });

const productRequest = z.object({
  ...{ id: uuid('The request.'), product: z.string(), state: z.enum(REQUEST_STATES) },
  limits: z.record(z.string(), z.number()),
});

export const exportSchema = z
  .object({
    format: z.literal(EXPORT_FORMAT),
    tenant: tenantSchema.omit({ offboarding: true, archivedAt: true }),
    members: z.array(member),
    invitations: z.array(invitation),
    domains: z.array(domain),
    entitlements: z.array(entitlement),
    usage: z.array(usage),
    productRequests: z.array(productRequest),
    trial: z.object({ state: z.enum(TRIAL_STATES), endsAt: time('When it ends.') }).optional(),
    facts: z.array(z.string()).meta({
      description: 'All of its chain, by log index: lines as of `GET /v1/facts`.',
    }),
    checkpoint: z.string().meta({ description: 'Signed note of a tree with all of them.' }),
    keySets: z.array(z.string()).meta({ description: 'Signed notes, from version 1 on.' }),
    proofs: z.array(z.array(z.string())).meta({
      description:
        'For each of `facts` its inclusion in that tree: hashes from the leaf’s neighbour up, base64 (RFC 9162, 2.1.3).',
    }),
  })
  .meta({ id: 'TenantExport' });

export type ExportBody = z.input<typeof exportSchema>;
