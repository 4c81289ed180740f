import { z } from 'zod';
import { ISOLATION_MODES } from '../../domain/isolation.ts';
import { acceptMove } from '../../registry/accept-move.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { acceptProblems } from '../sagas/begin.ts';
import { assureAccepted } from './accepted.ts';
import { answerChanged, changedReplies } from './changed.ts';

export const moveTenant = route({
  operationId: 'moveTenant',
  method: 'post',
  path: '/v1/tenants/{tenant}/move',
  tag: 'tenants',
  summary: 'Move a tenant between pool and silo',
  description:
    'Members, roles and grants stay; their identities are those of the new place from the commit on. Sessions end, and who has no password there is mailed a link to set one.',
  access: 'operator',
  params: z.object({ tenant: uuid('The tenant.') }),
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  body: z
    .strictObject({
      isolation: z
        .enum(ISOLATION_MODES, `Must be one of ${ISOLATION_MODES.join(', ')}.`)
        .meta({ description: 'The mode that it shall be in.' }),
    })
    .meta({ id: 'MoveTenant' }),
  replies: changedReplies,
  problems: ['isolation-same', 'tenant-state', 'tenant-busy', ...acceptProblems],
})(async ({ params: { tenant }, headers: given, body, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'moveTenant', given['Idempotency-Key']);
  const accepted = await acceptMove(ports.accept, { ...asker, tenant, to: body.isolation });
  return answerChanged(assureAccepted(accepted), ports);
});
