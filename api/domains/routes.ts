import { z } from 'zod';
import { acceptAddDomain } from '../../registry/accept-domain.ts';
import { askerOf } from '../http/asker.ts';
import { pageOf } from '../http/page.ts';
import { route } from '../http/route.ts';
import { cursor, idempotencyKey, limit, next, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';
import { acceptProblems } from '../sagas/begin.ts';
import { assureAccepted } from '../tenants/accepted.ts';
import { accepted202, startAndShow } from './accepted.ts';
import { domainSchema, formatDomain } from './schema.ts';

export { lookForDomain, removeDomain } from './change.ts';

const tenant = uuid('The tenant.');

export const addDomain = route({
  operationId: 'addDomain',
  method: 'post',
  path: '/v1/tenants/{tenant}/domains',
  tag: 'domains',
  summary: 'Add a domain of the tenant’s own',
  description:
    'It leads to the tenant once the TXT record that `record` names is in its DNS, within 7 days. Several tenants may ask for one domain: the one that proves it gets it.',
  access: 'operator',
  counted: true,
  params: z.object({ tenant }),
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  body: z
    .strictObject({
      name: z.string().meta({ description: 'The domain.', example: 'shop.example.com' }),
    })
    .meta({ id: 'AddDomain' }),
  replies: accepted202('Accepted; the saga looks for the record.'),
  problems: ['tenant-state', 'domain-exists', 'domain-limit', ...acceptProblems],
})(async ({ params, headers, body, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'addDomain', headers['Idempotency-Key']);
  const request = { ...asker, tenant: params.tenant, name: body.name };
  const accepted = assureAccepted(await acceptAddDomain(ports.accept, request));
  return startAndShow(accepted, accepted.id, ports);
});

export const getDomain = route({
  operationId: 'getDomain',
  method: 'get',
  path: '/v1/tenants/{tenant}/domains/{domain}',
  tag: 'domains',
  summary: 'Show a domain',
  description: 'The saga that adds it has the same id.',
  access: 'operator',
  params: z.object({ tenant, domain: uuid('The domain.') }),
  replies: { 200: { description: 'The domain.', body: domainSchema } },
  problems: [],
})(async ({ params }, { domains, challenges }: Pick<ApiPorts, 'domains' | 'challenges'>) => {
  const found = await domains.findDomain(params.tenant, params.domain);
  if (found === undefined) throw notFound();
  return { status: 200, body: formatDomain(found, challenges) };
});

const position = z.object({ claimedAtMs: z.number(), id: z.string() });

export const listDomains = route({
  operationId: 'listDomains',
  method: 'get',
  path: '/v1/tenants/{tenant}/domains',
  tag: 'domains',
  summary: 'List the domains of a tenant',
  description: 'Newest first, also those that ended.',
  access: 'operator',
  params: z.object({ tenant }),
  query: z.strictObject({ limit, cursor }),
  replies: {
    200: {
      description: 'One page.',
      body: z.object({ domains: z.array(domainSchema), next }).meta({ id: 'DomainPage' }),
    },
  },
  problems: ['cursor-invalid'],
})(async ({ params, query }, ports: Listing) => {
  const { domains, tenants, cursors, challenges } = ports;
  if ((await tenants.findTenant(params.tenant)) === undefined) throw notFound();
  const { limit: size } = query;
  const purpose = `domains ${params.tenant}`;
  const after =
    query.cursor === undefined ? undefined : cursors.parse(purpose, query.cursor, position);
  const read = await domains.listDomains({
    tenant: params.tenant,
    ...(after === undefined ? {} : { after }),
    limit: size + 1,
  });
  const { rows, next: following } = pageOf(read, size, ({ claimedAtMs, id }) =>
    cursors.format(purpose, { claimedAtMs, id }),
  );
  const shown = rows.map((row) => formatDomain(row, challenges));
  return { status: 200, body: { domains: shown, next: following } };
});

type Listing = Pick<ApiPorts, 'domains' | 'tenants' | 'cursors' | 'challenges'>;
