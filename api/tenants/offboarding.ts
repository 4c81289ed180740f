import { z } from 'zod';
import { acceptOffboarding } from '../../registry/accept-offboarding.ts';
import { canonicalHash } from '../../registry/canonical-json.ts';
import * as registry from '../../registry/revoke-offboarding.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import { acceptProblems, startAccepted } from '../sagas/begin.ts';
import { assureAccepted } from './accepted.ts';
import { answerChanged, changedReplies } from './changed.ts';
import { exportSchema } from './export-schema.ts';
import type { ExportBody } from './export-schema.ts';

const params = z.object({ tenant: uuid('The tenant.') });
const headers = z.object({ 'Idempotency-Key': idempotencyKey });
const problems = ['tenant-busy', ...acceptProblems] as const;

export const offboardTenant = route({
  operationId: 'offboardTenant',
  method: 'post',
  path: '/v1/tenants/{tenant}/offboard',
  tag: 'tenants',
  summary: 'Offboard a tenant',
  description:
    'What is its own is exported, and the tenant frozen. After 30 days, in which `revoke` takes it all back, it is erased everywhere; then its slug is nobody’s for 180 days.',
  access: 'operator',
  params,
  headers,
  replies: changedReplies,
  problems: ['tenant-leaving', 'tenant-state', ...problems],
})(async ({ params: { tenant }, headers: given, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'offboardTenant', given['Idempotency-Key']);
  const accepted = await acceptOffboarding(ports.accept, { ...asker, tenant });
  return answerChanged(assureAccepted(accepted), ports);
});

export const revokeOffboarding = route({
  operationId: 'revokeOffboarding',
  method: 'post',
  path: '/v1/tenants/{tenant}/offboard/revoke',
  tag: 'tenants',
  summary: 'Take an offboarding back',
  description:
    'The tenant is what it was before: open, or frozen if it was. Refused once the retention is over. Its export is removed.',
  access: 'operator',
  params,
  headers,
  replies: changedReplies,
  problems: ['tenant-not-leaving', 'command-refused', 'engine-unavailable'],
})(async ({ params: { tenant }, headers: given, caller }, ports: ApiPorts) => {
  await assureTenant(tenant, ports);
  const operation = await registry.findOffboarding(ports, tenant);
  if (operation === undefined)
    throw new Problem('tenant-not-leaving', 'There is no offboarding to take back.');
  // One that a crash left unstarted is started first, so that it can be told.
  await startAccepted(operation, ports);
  const key = given['Idempotency-Key'] ?? ports.accept.ids.uuid();
  const id = canonicalHash([caller.id, 'revokeOffboarding', key]);
  await registry.revokeOffboarding(ports, operation, id);
  return answerChanged(operation, ports);
});

export const getExport = route({
  operationId: 'getTenantExport',
  method: 'get',
  path: '/v1/tenants/{tenant}/export',
  tag: 'tenants',
  summary: 'Fetch the export of a tenant that leaves',
  description:
    'Its rows as they were when the offboarding began, and every fact of its chain with what proves it. There until the retention ends, or the offboarding is revoked.',
  access: 'operator',
  params,
  replies: { 200: { description: 'The export.', body: exportSchema } },
  problems: [],
})(async ({ params: { tenant }, signal }, ports: Pick<ApiPorts, 'exports' | 'tenants'>) => {
  await assureTenant(tenant, ports);
  const document = await ports.exports.find(tenant, signal);
  if (document === undefined) throw notFound();
  return { status: 200, body: JSON.parse(document) as ExportBody };
});

async function assureTenant(id: string, { tenants }: Pick<ApiPorts, 'tenants'>): Promise<void> {
  if ((await tenants.findTenant(id)) === undefined) throw notFound();
}
