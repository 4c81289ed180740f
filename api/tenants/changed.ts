import { z } from 'zod';
import type { AcceptResult } from '../../registry/accept.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { sagaSchema } from '../sagas/schema.ts';
import { assureAccepted, showAccepted, startAccepted } from './accepted.ts';
import { tenantSchema } from './schema.ts';

/* What every request has in common whose saga changes a tenant. */

export const params = z.object({ tenant: uuid('The tenant.') });
export const headers = z.object({ 'Idempotency-Key': idempotencyKey });
export const replies = {
  202: {
    description: 'Accepted; the saga works on it.',
    body: z
      .object({ tenant: tenantSchema, saga: sagaSchema })
      .meta({ id: 'ChangedTenant', description: 'The tenant as it is by now.' }),
    headers: { Location: 'The saga, to be asked for progress.' },
  },
} as const;
export const problems = [
  'tenant-busy',
  'idempotency-in-flight',
  'idempotency-key-reused',
  'store-unknown',
  'store-full',
] as const;

export async function answer(result: AcceptResult, ports: ApiPorts) {
  const accepted = assureAccepted(result);
  await startAccepted(accepted, ports);
  const location = { Location: `/v1/sagas/${accepted.id}` };
  return { status: 202, headers: location, body: await showAccepted(accepted, ports) } as const;
}
