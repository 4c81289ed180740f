import { z } from 'zod';
import { ISOLATION_MODES } from '../../domain/isolation.ts';
import { TENANT_STATES } from '../../domain/tenant.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { formatTime, time, uuid } from '../http/schemas.ts';

export const tenantSchema = z
  .object({
    id: uuid('Never changes.'),
    slug: z.string().meta({ description: 'Its name in URLs.', example: 'acme' }),
    host: z.string().meta({ example: 'acme.tenure.localhost' }),
    displayName: z.string(),
    state: z.enum(TENANT_STATES),
    stateBefore: z
      .enum(['trial', 'active'])
      .nullable()
      .meta({ description: 'What unfreezing gives back; null unless it is frozen.' }),
    isolation: z.enum(ISOLATION_MODES),
    plan: z.string(),
    demo: z.boolean(),
    issuer: z
      .string()
      .nullable()
      .meta({ description: 'Exact `iss` of its tokens; null until it is active.' }),
    databaseUrl: z
      .string()
      .nullable()
      .meta({ description: 'Where its services find its database; null until it is active.' }),
    createdAt: time('When the request was accepted.'),
    offboarding: uuid('The saga that offboards it, or did; null: none does.').nullable(),
    archivedAt: time('When it was erased everywhere; null until then.').nullable(),
  })
  .meta({ id: 'Tenant' });

export type TenantBody = z.input<typeof tenantSchema>;

export function formatTenant({ createdAtMs, archivedAtMs, ...tenant }: Tenant): TenantBody {
  const archivedAt = archivedAtMs === null ? null : formatTime(archivedAtMs);
  return { ...tenant, createdAt: formatTime(createdAtMs), archivedAt };
}
