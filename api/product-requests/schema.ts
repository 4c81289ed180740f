import { z } from 'zod';
import { REQUEST_STATES } from '../../domain/sales.ts';
import type { ListedRequest } from '../../ports/sales-store.ts';
import { formatTime, time, uuid } from '../http/schemas.ts';
import { limitValues } from '../plans/schema.ts';

export const productRequestSchema = z
  .object({
    id: uuid('The request.'),
    tenant: uuid('Who asks.'),
    product: z.string(),
    state: z.enum(REQUEST_STATES),
    limits: limitValues('What was granted; empty until then.'),
    requestedAt: time('When it was asked for.'),
    answeredAt: time('Null while it is pending.').nullable(),
  })
  .meta({ id: 'ProductRequest' });

export function formatProductRequest(request: ListedRequest): z.input<typeof productRequestSchema> {
  const { id, tenant, product, state, limits, requestedAtMs, answeredAtMs } = request;
  return {
    ...{ id, tenant, product, state, limits: { ...limits } },
    requestedAt: formatTime(requestedAtMs),
    answeredAt: answeredAtMs === null ? null : formatTime(answeredAtMs),
  };
}
