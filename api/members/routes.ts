import { z } from 'zod';
import { route } from '../http/route.ts';
import { uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';
import { formatMember, memberSchema } from './schema.ts';

export const listMembers = route({
  operationId: 'listMembers',
  method: 'get',
  path: '/v1/tenants/{tenant}/members',
  tag: 'members',
  summary: 'List the members of a tenant',
  description: 'Opaque ids and roles; names and addresses stay with the identity provider.',
  access: 'operator',
  params: z.object({ tenant: uuid('The tenant.') }),
  replies: {
    200: {
      description: 'All members.',
      body: z.object({ members: z.array(memberSchema) }).meta({ id: 'MemberList' }),
    },
  },
  problems: [],
})(async ({ params }, { tenants }: Pick<ApiPorts, 'tenants'>) => {
  if ((await tenants.findTenant(params.tenant)) === undefined) throw notFound();
  const members = await tenants.listMembers(params.tenant);
  return { status: 200, body: { members: members.map(formatMember) } };
});
