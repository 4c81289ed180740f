import { z } from 'zod';
import { FREEZE_REASONS } from '../../domain/freezing.ts';
import { acceptFreeze, acceptUnfreeze } from '../../registry/accept-freezing.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import type { ApiPorts } from '../ports.ts';
import * as changed from './changed.ts';

export const cancelTenant = route({
  operationId: 'cancelTenant',
  method: 'post',
  path: '/v1/tenants/{tenant}/cancel',
  tag: 'tenants',
  summary: 'Freeze a tenant',
  description:
    'Every data plane denies everything of it from the commit on; then sign-in is refused, sessions end, and its host leads nowhere. `unfreeze` takes it back exactly.',
  access: 'operator',
  params: changed.params,
  headers: changed.headers,
  body: z
    .strictObject({
      reason: z
        .enum(FREEZE_REASONS, `Must be one of ${FREEZE_REASONS.join(', ')}.`)
        .default('request')
        .meta({ description: 'For the audit; data planes are not told.' }),
    })
    .meta({ id: 'CancelTenant' }),
  replies: changed.replies,
  problems: ['tenant-frozen', 'tenant-state', ...changed.problems],
})(async ({ params: { tenant }, headers: given, body, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'cancelTenant', given['Idempotency-Key']);
  const { reason } = body;
  return changed.answer(await acceptFreeze(ports.accept, { ...asker, tenant, reason }), ports);
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
  params: changed.params,
  headers: changed.headers,
  replies: changed.replies,
  problems: ['tenant-not-frozen', 'tenant-leaving', ...changed.problems],
})(async ({ params: { tenant }, headers: given, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'unfreezeTenant', given['Idempotency-Key']);
  return changed.answer(await acceptUnfreeze(ports.accept, { ...asker, tenant }), ports);
});
