import { z } from 'zod';
import { CONVERT_TRIAL } from '../../domain/trials.ts';
import { acceptPlanChange } from '../../registry/accept-sale.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { acceptProblems } from '../sagas/begin.ts';
import { assureAccepted } from '../tenants/accepted.ts';
import { answerChanged, changedReplies } from '../tenants/changed.ts';
import { tellTrial } from '../trials/tell.ts';
import { catalogName } from './schema.ts';

const params = z.object({ tenant: uuid('The tenant.') });
const headers = z.object({ 'Idempotency-Key': idempotencyKey });
const body = z
  .strictObject({ plan: catalogName('A plan of the catalog.', 'team') })
  .meta({ id: 'ChangePlan' });
const PROBLEMS = [
  'tenant-busy',
  'tenant-state',
  'plan-unknown',
  'plan-below-use',
  ...acceptProblems,
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
  replies: changedReplies,
  problems: PROBLEMS,
})(async ({ params: { tenant }, headers: sent, body: { plan }, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'changePlan', sent['Idempotency-Key']);
  const accepted = await acceptPlanChange(ports.accept, {
    ...{ ...asker, tenant, plan, activates: false },
  });
  return answerChanged(assureAccepted(accepted), ports);
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
  replies: changedReplies,
  problems: [...PROBLEMS, 'command-refused', 'engine-unavailable'],
})(async ({ params: { tenant }, headers: sent, body: { plan }, caller }, ports: ApiPorts) => {
  const key = sent['Idempotency-Key'];
  const { trial } = await ports.sales.readSales(tenant);
  const message = { name: CONVERT_TRIAL, told: { plan } };
  const asked = { caller, route: 'activateTenant', key };
  const told = trial === undefined ? 'over' : await tellTrial(trial, message, asked, ports);
  if (told !== 'over') return answerChanged(told, ports);
  // It has not begun, or it has ended: there is no saga to be told.
  const asker = askerOf(caller, 'activateTenant', key);
  const accepted = await acceptPlanChange(ports.accept, {
    ...{ ...asker, tenant, plan, activates: true },
  });
  return answerChanged(assureAccepted(accepted), ports);
});
