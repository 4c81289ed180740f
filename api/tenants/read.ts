import { z } from 'zod';
import { pageOf } from '../http/page.ts';
import { route } from '../http/route.ts';
import { cursor, limit, next, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';
import { formatTenant, tenantSchema } from './schema.ts';

const SLUG_PATH_MAX_CHARS = 63;

export const getTenant = route({
  operationId: 'getTenant',
  method: 'get',
  path: '/v1/tenants/{tenant}',
  tag: 'tenants',
  summary: 'Show a tenant',
  description: 'By its id, in every state.',
  access: 'operator',
  params: z.object({ tenant: uuid('The tenant.') }),
  replies: { 200: { description: 'The tenant.', body: tenantSchema } },
  problems: [],
})(async ({ params }, { tenants }: Pick<ApiPorts, 'tenants'>) => {
  const tenant = await tenants.findTenant(params.tenant);
  if (tenant === undefined) throw notFound();
  return { status: 200, body: formatTenant(tenant) };
});

export const getTenantBySlug = route({
  operationId: 'getTenantBySlug',
  method: 'get',
  path: '/v1/tenants/by-slug/{slug}',
  tag: 'tenants',
  summary: 'Show the tenant that has a slug',
  description: 'The one that holds it now: a failed tenant has given its slug back.',
  access: 'operator',
  params: z.object({
    slug: z
      .string()
      .max(SLUG_PATH_MAX_CHARS, 'Is too long.')
      .regex(/^[a-z0-9-]+$/, 'Must be lower case letters, digits and dashes only.'),
  }),
  replies: { 200: { description: 'The tenant.', body: tenantSchema } },
  problems: [],
})(async ({ params }, { tenants }: Pick<ApiPorts, 'tenants'>) => {
  const tenant = await tenants.findTenantBySlug(params.slug);
  if (tenant === undefined) throw notFound();
  return { status: 200, body: formatTenant(tenant) };
});

const position = z.object({ createdAtMs: z.number(), id: z.string() });

export const listTenants = route({
  operationId: 'listTenants',
  method: 'get',
  path: '/v1/tenants',
  tag: 'tenants',
  summary: 'List tenants',
  description: 'All of them, oldest first.',
  access: 'operator',
  query: z.strictObject({ limit, cursor }),
  replies: {
    200: {
      description: 'One page.',
      body: z.object({ tenants: z.array(tenantSchema), next }).meta({ id: 'TenantPage' }),
    },
  },
  problems: ['cursor-invalid'],
})(async ({ query }, { tenants, cursors }: Pick<ApiPorts, 'tenants' | 'cursors'>) => {
  const after =
    query.cursor === undefined ? undefined : cursors.parse('tenants', query.cursor, position);
  const read = await tenants.listTenants({
    ...(after === undefined ? {} : { after }),
    limit: query.limit + 1,
  });
  const { rows, next: following } = pageOf(read, query.limit, ({ createdAtMs, id }) =>
    cursors.format('tenants', { createdAtMs, id }),
  );
  return { status: 200, body: { tenants: rows.map(formatTenant), next: following } };
});
