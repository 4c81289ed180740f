import { z } from 'zod';
import { TRIAL_STATES, type Trial } from '../../domain/sales.ts';
import { EXTEND_TRIAL } from '../../domain/trials.ts';
import { route } from '../http/route.ts';
import { formatTime, idempotencyKey, time, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import { tellTrial } from './tell.ts';

const params = z.object({ tenant: uuid('The tenant.') });

const trialSchema = z
  .object({
    state: z.enum(TRIAL_STATES).meta({
      description: '`converted`: it was sold. `ended`: its time was over, and it was frozen.',
    }),
    endsAt: time('When it ends, or would have ended.'),
    saga: uuid('The saga that ends it.'),
  })
  .meta({ id: 'Trial' });

function formatTrial({ state, endsAtMs, operation }: Trial): z.input<typeof trialSchema> {
  return { state, endsAt: formatTime(endsAtMs), saga: operation };
}

export const getTrial = route({
  operationId: 'getTrial',
  method: 'get',
  path: '/v1/tenants/{tenant}/trial',
  tag: 'trials',
  summary: 'Show the trial of a tenant',
  description:
    'Also after its end. A tenant that never had one answers like one that is not there.',
  access: 'operator',
  params,
  replies: { 200: { description: 'The trial.', body: trialSchema } },
  problems: [],
})(async ({ params: { tenant } }, ports: Pick<ApiPorts, 'sales'>) => {
  return { status: 200, body: formatTrial(await assureTrial(tenant, ports)) };
});

export const extendTrial = route({
  operationId: 'extendTrial',
  method: 'post',
  path: '/v1/tenants/{tenant}/trial/extend',
  tag: 'trials',
  summary: 'Extend the trial of a tenant',
  description:
    'To a later end, at most a year ahead. The same end again changes nothing. Refused once it was sold, or has ended.',
  access: 'operator',
  params,
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  body: z
    .strictObject({
      endsAt: z.iso
        .datetime({ error: 'Must be a time in UTC, as 2026-12-24T00:00:00Z.' })
        .meta({ description: 'The new end.', example: '2026-12-24T00:00:00Z' }),
    })
    .meta({ id: 'ExtendTrial' }),
  replies: { 200: { description: 'The trial with its new end.', body: trialSchema } },
  problems: ['trial-over', 'command-refused', 'engine-unavailable'],
})(async ({ params: { tenant }, headers, body, caller }, ports: ApiPorts) => {
  const trial = await assureTrial(tenant, ports);
  const message = { name: EXTEND_TRIAL, told: { endsAtMs: Date.parse(body.endsAt) } };
  const key = headers['Idempotency-Key'];
  const told = await tellTrial(trial, message, { caller, route: 'extendTrial', key }, ports);
  if (told === 'over') throw new Problem('trial-over', `It is ${trial.state}.`);
  return { status: 200, body: formatTrial(await assureTrial(tenant, ports)) };
});

async function assureTrial(tenant: string, { sales }: Pick<ApiPorts, 'sales'>): Promise<Trial> {
  const { trial } = await sales.readSales(tenant);
  if (trial === undefined) throw notFound();
  return trial;
}
