import { z } from 'zod';
import { acceptReconcile, acceptReconcileAll } from '../../registry/accept-reconcile.ts';
import type { AcceptResult } from '../../registry/accept.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';
import { acceptProblems, showNow, startAccepted } from '../sagas/begin.ts';
import { sagaSchema } from '../sagas/schema.ts';
import { assureAccepted } from '../tenants/accepted.ts';
import { formatReport, reportSchema } from './schema.ts';

const headers = z.object({ 'Idempotency-Key': idempotencyKey });

const body = z
  .strictObject({
    repair: z
      .boolean()
      .default(false)
      .meta({ description: 'Mend what is ours; otherwise the plan alone is made.' }),
  })
  .meta({ id: 'Reconcile' });

const accepted = {
  description: 'Accepted; the saga looks.',
  body: z.object({ saga: sagaSchema }).meta({ id: 'ReconcileAccepted' }),
  headers: { Location: 'The saga, to be asked for progress.' },
};

const problems = ['tenant-busy', ...acceptProblems] as const;

export const reconcileTenant = route({
  operationId: 'reconcileTenant',
  method: 'post',
  path: '/v1/tenants/{tenant}/reconcile',
  tag: 'reconcile',
  summary: 'Compare a tenant with what is there',
  description:
    'Looks at its realm or organization, database, route, DNS and rows, and, when asked to, mends what is ours. Locks the tenant meanwhile.',
  access: 'operator',
  params: z.object({ tenant: uuid('The tenant.') }),
  headers,
  body,
  replies: { 202: accepted },
  problems: ['tenant-state', ...problems],
})(async ({ params, headers: given, body: { repair }, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'reconcileTenant', given['Idempotency-Key']);
  const { tenant } = params;
  return begun(await acceptReconcile(ports.accept, { ...asker, tenant, repair }), ports);
});

export const reconcileAll = route({
  operationId: 'reconcileAll',
  method: 'post',
  path: '/v1/reconcile',
  tag: 'reconcile',
  summary: 'Compare everything with what is there',
  description:
    'Looks for objects without their tenant, tenants without their objects, and sagas that are lost; then looks at tenants one by one. One at a time. A schedule does it each hour.',
  access: 'operator',
  headers,
  body,
  replies: { 202: accepted },
  problems,
})(async ({ headers: given, body: { repair }, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'reconcileAll', given['Idempotency-Key']);
  return begun(await acceptReconcileAll(ports.accept, { ...asker, repair }), ports);
});

export const getReconciliation = route({
  operationId: 'getReconciliation',
  method: 'get',
  path: '/v1/reconciliations/{saga}',
  tag: 'reconcile',
  summary: 'Show what was found and mended',
  description: 'The plan once the first look is over, and what became of it once the saga ended.',
  access: 'operator',
  params: z.object({ saga: uuid('The operation’s id.') }),
  replies: { 200: { description: 'The report.', body: reportSchema } },
  problems: [],
})(async ({ params: { saga } }, { reconcile }: Pick<ApiPorts, 'reconcile'>) => {
  const report = await reconcile.findReport(saga);
  if (report === undefined) throw notFound();
  return { status: 200, body: formatReport(report) };
});

async function begun(result: AcceptResult, ports: ApiPorts) {
  const operation = assureAccepted(result);
  await startAccepted(operation, ports);
  return {
    status: 202 as const,
    headers: { Location: `/v1/sagas/${operation.id}` },
    body: { saga: await showNow(operation, ports) },
  };
}
