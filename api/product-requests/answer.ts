import { z } from 'zod';
import { acceptAnswer } from '../../registry/accept-sale.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import { limitValues } from '../plans/schema.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';
import { acceptProblems } from '../sagas/begin.ts';
import { assureAccepted } from '../tenants/accepted.ts';
import { answerChanged, changedReplies } from '../tenants/changed.ts';

export const answerProductRequest = route({
  operationId: 'answerProductRequest',
  method: 'post',
  path: '/v1/tenants/{tenant}/product-requests/{request}/answer',
  tag: 'product-requests',
  summary: 'Grant or refuse a product request',
  description:
    'A grant entitles the tenant from then on, whatever its plan; where the plan sells the product too, the greater limit holds.',
  access: 'operator',
  params: z.object({ tenant: uuid('The tenant.'), request: uuid('The request.') }),
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  body: z
    .strictObject({
      answer: z.enum(['granted', 'refused'], 'Must be one of granted, refused.'),
      limits: limitValues('Of a grant; a limit that is not named is none.').default({}),
    })
    .meta({ id: 'AnswerProductRequest' }),
  replies: changedReplies,
  problems: ['tenant-busy', 'tenant-state', 'request-state', 'product-unknown', ...acceptProblems],
})(async ({ params, headers, body, caller }, ports: ApiPorts) => {
  const { tenant, request } = params;
  const known = await ports.sales.listRequests(tenant);
  if (!known.some(({ id }) => id === request)) throw notFound();
  const asker = askerOf(caller, 'answerProductRequest', headers['Idempotency-Key']);
  const accepted = await acceptAnswer(ports.accept, { ...asker, tenant, request, ...body });
  return answerChanged(assureAccepted(accepted), ports);
});
