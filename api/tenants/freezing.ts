import { z } from 'zod';
import { FREEZE_REASONS } from '../../domain/freezing.ts';
import { acceptFreeze, acceptUnfreeze } from '../../registry/accept-freezing.ts';
import type { AcceptResult } from '../../registry/accept.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { sagaSchema } from '../sagas/schema.ts';
import { assureAccepted, showAccepted, startAccepted } from './accepted.ts';
import { tenantSchema } from './schema.ts';

const params = z.object({ tenant: uuid('The tenant.') });
const headers = z.object({ 'Idempotency-Key': idempotencyKey });
const replies = {
  202: {
    description: 'Accepted; the saga works on it.',
    body: z
      .object({ tenant: tenantSchema, saga: sagaSchema })
      .meta({ id: 'ChangedTenant', description: 'The tenant as it is by now.' }),
    headers: { Location: 'The saga, to be asked for progress.' },
  },
} as const;
const problems = [
  'tenant-busy',
  'idempotency-in-flight',
  'idempotency-key-reused',
  'store-unknown',
  'store-full',
] as const;

export const cancelTenant = route({
  operationId: 'cancelTenant',
  method: 'post',
  path: '/v1/tenants/{tenant}/cancel',
  tag: 'tenants',
  summary: 'Freeze a tenant',
  description:
    'Every data plane denies everything of it from the commit on; then sign-in is refused, sessions end, and its host leads nowhere. `unfreeze` takes it back exactly.',
  access: 'operator',
  params,
  headers,
  body: z
    .strictObject({
      reason: z
        .enum(FREEZE_REASONS, `Must be one of ${FREEZE_REASONS.join(', ')}.`)
        .default('request')
        .meta({ description: 'For the audit; data planes are not told.' }),
    })
    .meta({ id: 'CancelTenant' }),
  replies,
  problems: ['tenant-frozen', 'tenant-state', ...problems],
})(async ({ params: { tenant }, headers: given, body, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'cancelTenant', given['Idempotency-Key']);
  const { reason } = body;
  return answer(await acceptFreeze(ports.accept, { ...asker, tenant, reason }), ports);
});

export const unfreezeTenant = route({
  operationId: 'unfreezeTenant',
  method: 'post',
  path: '/v1/tenants/{tenant}/unfreeze',
  tag: 'tenants',
  summary: 'Unfreeze a tenant',
  description:
    'Gives back the state before the freeze: a trial stays a trial. Sessions that the freeze ended stay ended.',
  access: 'operator',
  params,
  headers,
  replies,
  problems: ['tenant-not-frozen', ...problems],
})(async ({ params: { tenant }, headers: given, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'unfreezeTenant', given['Idempotency-Key']);
  return answer(await acceptUnfreeze(ports.accept, { ...asker, tenant }), ports);
});

async function answer(result: AcceptResult, ports: ApiPorts) {
  const accepted = assureAccepted(result);
  await startAccepted(accepted, ports);
  const location = { Location: `/v1/sagas/${accepted.id}` };
  return { status: 202, headers: location, body: await showAccepted(accepted, ports) } as const;
}
