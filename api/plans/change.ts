import { z } from 'zod';
import { CONVERT_TRIAL } from '../../domain/trials.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptPlanChange } from '../../registry/accept-sale.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';
import { sagaSchema } from '../sagas/schema.ts';
import { showSaga } from '../sagas/view.ts';
import { assureAccepted, startAccepted } from '../tenants/accepted.ts';
import { tellTrial } from '../trials/tell.ts';
import { catalogName } from './schema.ts';

const params = z.object({ tenant: uuid('The tenant.') });
const headers = z.object({ 'Idempotency-Key': idempotencyKey });
const body = z
  .strictObject({ plan: catalogName('A plan of the catalog.', 'team') })
  .meta({ id: 'ChangePlan' });
const replies = {
  202: {
    description: 'Accepted; the saga works on it.',
    body: sagaSchema,
    headers: { Location: 'The saga, to be asked for progress.' },
  },
} as const;
const PROBLEMS = [
  'tenant-busy',
  'tenant-state',
  'plan-unknown',
  'plan-below-use',
  'idempotency-in-flight',
  'idempotency-key-reused',
  'store-unknown',
  'store-full',
] as const;

export const changePlan = route({
  operationId: 'changePlan',
  method: 'post',
  path: '/v1/tenants/{tenant}/plan',
  tag: 'plans',
  summary: 'Change the plan of a tenant',
  description:
    'Up or down. A plan whose limits are below what the tenant uses is refused, with what exceeds them. A trial stays one.',
  access: 'operator',
  params,
  headers,
  body,
  replies,
  problems: PROBLEMS,
})(async ({ params: { tenant }, headers: sent, body: { plan }, caller }, ports: ApiPorts) => {
  const key = sent['Idempotency-Key'];
  const accepted = await accept(ports, { tenant, plan, activates: false, actor: caller.id }, key);
  return reply(accepted, ports);
});

export const activateTenant = route({
  operationId: 'activateTenant',
  method: 'post',
  path: '/v1/tenants/{tenant}/activate',
  tag: 'plans',
  summary: 'End a trial by a sale',
  description:
    'The tenant is active on the plan from then on. A running trial is told so, and its saga ends.',
  access: 'operator',
  params,
  headers,
  body,
  replies,
  problems: [...PROBLEMS, 'command-refused', 'engine-unavailable'],
})(async ({ params: { tenant }, headers: sent, body: { plan }, caller }, ports: ApiPorts) => {
  const key = sent['Idempotency-Key'];
  const { trial } = await ports.sales.readSales(tenant);
  const message = { name: CONVERT_TRIAL, told: { plan } };
  const asked = { caller, route: 'activateTenant', key };
  const told = trial === undefined ? 'over' : await tellTrial(trial, message, asked, ports);
  if (told !== 'over') return reply(told, ports);
  // It has not begun, or somebody unfroze the tenant after its end: there is no saga to be told.
  const accepted = await accept(ports, { tenant, plan, activates: true, actor: caller.id }, key);
  return reply(accepted, ports);
});

type Request = Parameters<typeof acceptPlanChange>[1];

async function accept(ports: ApiPorts, request: Request, key: string | undefined) {
  const { actor: caller, activates } = request;
  const name = activates ? 'activateTenant' : 'changePlan';
  const idempotency = key === undefined ? {} : { idempotency: { caller, route: name, key } };
  const accepted = assureAccepted(
    await acceptPlanChange(ports.accept, { ...request, ...idempotency }),
  );
  await startAccepted(accepted, ports);
  return accepted;
}

async function reply(accepted: Operation, ports: ApiPorts) {
  const operation = await ports.operations.findOperation(accepted.id);
  if (operation === undefined) throw notFound();
  const location = `/v1/sagas/${operation.id}`;
  const saga = await showSaga(operation, ports);
  return { status: 202 as const, headers: { Location: location }, body: saga };
}
