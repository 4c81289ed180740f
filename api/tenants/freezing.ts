import { z } from 'zod';
import { FREEZE_REASONS } from '../../domain/freezing.ts';
import { acceptFreeze, acceptUnfreeze } from '../../registry/accept-freezing.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { acceptProblems } from '../sagas/begin.ts';
import { assureAccepted } from './accepted.ts';
import { answerChanged, changedReplies } from './changed.ts';

const params = z.object({ tenant: uuid('The tenant.') });
const headers = z.object({ 'Idempotency-Key': idempotencyKey });
const problems = ['tenant-busy', ...acceptProblems] as const;

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
  replies: changedReplies,
  problems: ['tenant-frozen', 'tenant-state', ...problems],
})(async ({ params: { tenant }, headers: given, body, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'cancelTenant', given['Idempotency-Key']);
  const { reason } = body;
  const accepted = await acceptFreeze(ports.accept, { ...asker, tenant, reason });
  return answerChanged(assureAccepted(accepted), ports);
});

export const unfreezeTenant = route({
  operationId: 'unfreezeTenant',
  method: 'post',
  path: '/v1/tenants/{tenant}/unfreeze',
  tag: 'tenants',
  summary: 'Unfreeze a tenant',
  description:
    'Gives back the state before the freeze: a trial stays a trial, and begins anew when its time was over. Sessions that the freeze ended stay ended.',
  access: 'operator',
  params,
  headers,
  replies: changedReplies,
  problems: ['tenant-not-frozen', 'tenant-leaving', ...problems],
})(async ({ params: { tenant }, headers: given, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'unfreezeTenant', given['Idempotency-Key']);
  const accepted = await acceptUnfreeze(ports.accept, { ...asker, tenant });
  return answerChanged(assureAccepted(accepted), ports);
});
