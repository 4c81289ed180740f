import { z } from 'zod';
import { LOOK } from '../../domain/custom-domain.ts';
import { acceptRemoveDomain } from '../../registry/accept-domain.ts';
import { canonicalHash } from '../../registry/canonical-json.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import { acceptProblems, startAccepted } from '../sagas/begin.ts';
import { assureAccepted } from '../tenants/accepted.ts';
import { accepted202, startAndShow } from './accepted.ts';
import { domainSchema, formatDomain } from './schema.ts';

const params = z.object({ tenant: uuid('The tenant.'), domain: uuid('The domain.') });
const headers = z.object({ 'Idempotency-Key': idempotencyKey });

export const removeDomain = route({
  operationId: 'removeDomain',
  method: 'delete',
  path: '/v1/tenants/{tenant}/domains/{domain}',
  tag: 'domains',
  summary: 'Remove a domain',
  description: 'It leads nowhere then, and others may have it; a claim just ends.',
  access: 'operator',
  params,
  headers,
  replies: accepted202('Accepted; the saga works on it.'),
  problems: ['domain-state', 'tenant-busy', ...acceptProblems],
})(async ({ params: { tenant, domain }, headers: given, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'removeDomain', given['Idempotency-Key']);
  const asked = await acceptRemoveDomain(ports.accept, { ...asker, tenant, domain });
  return startAndShow(assureAccepted(asked), domain, ports);
});

export const lookForDomain = route({
  operationId: 'lookForDomain',
  method: 'post',
  path: '/v1/tenants/{tenant}/domains/{domain}/look',
  tag: 'domains',
  summary: 'Look for the record of a domain now',
  description: 'For who has just published it: the saga looks by itself, ever more seldom.',
  access: 'operator',
  counted: true,
  params,
  headers,
  replies: { 202: { description: 'Told; the saga looks.', body: domainSchema } },
  problems: ['domain-state', 'command-refused', 'engine-unavailable'],
})(async ({ params: { tenant, domain: id }, headers: given, caller }, ports: ApiPorts) => {
  const found = await ports.domains.findDomain(tenant, id);
  if (found === undefined) throw notFound();
  if (found.state !== 'claimed') throw new Problem('domain-state', `It is ${found.state}.`);
  const operation = await ports.operations.findOperation(id);
  // One that a crash left unstarted is started first, so that it can be told.
  if (operation !== undefined) await startAccepted(operation, ports);
  const key = given['Idempotency-Key'] ?? ports.accept.ids.uuid();
  await ports.engine.update(id, 'addDomain', {
    name: LOOK,
    told: { domain: id },
    id: canonicalHash([caller.id, 'lookForDomain', key]),
  });
  return { status: 202, body: formatDomain(found, ports.challenges) };
});
