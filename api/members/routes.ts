import { z } from 'zod';
import { MEMBERSHIP_STATES } from '../../domain/membership.ts';
import type { Membership } from '../../domain/membership.ts';
import { acceptRoleChange } from '../../registry/accept-role-change.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, roleNames, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';
import { sagaSchema } from '../sagas/schema.ts';
import { showSaga } from '../sagas/view.ts';
import { assureAccepted, startAccepted } from '../tenants/accepted.ts';

const memberSchema = z
  .object({
    id: uuid('Minted at the invitation; another one in each tenant.'),
    tenant: uuid('The tenant.'),
    state: z.enum(MEMBERSHIP_STATES),
    identity: z
      .object({ issuer: z.string(), sub: z.string() })
      .nullable()
      .meta({ description: 'Bound at acceptance; null grants nothing.' }),
    roles: z.array(z.string()),
  })
  .meta({ id: 'Member' });

function formatMember(member: Membership): z.input<typeof memberSchema> {
  return { ...member, roles: [...member.roles] };
}

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

export const changeMemberRoles = route({
  operationId: 'changeMemberRoles',
  method: 'patch',
  path: '/v1/tenants/{tenant}/members/{member}',
  tag: 'members',
  summary: 'Change the roles of a member',
  description:
    'The whole new set of tenant-scoped roles. The change is committed first and then only goes forward.',
  access: 'operator',
  params: z.object({ tenant: uuid('The tenant.'), member: uuid('The member.') }),
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  body: z
    .strictObject({
      roles: roleNames,
    })
    .meta({ id: 'ChangeRoles' }),
  replies: {
    202: {
      description: 'Accepted; the saga works on it.',
      body: z
        .object({ member: memberSchema, saga: sagaSchema })
        .meta({ id: 'ChangedMember', description: 'The member as it was when asked.' }),
      headers: { Location: 'The saga, to be asked for progress.' },
    },
  },
  problems: [
    'tenant-busy',
    'tenant-state',
    'member-state',
    'role-unknown',
    'idempotency-in-flight',
    'idempotency-key-reused',
    'store-unknown',
    'store-full',
  ],
})(async ({ params, headers, body, caller }, ports: ApiPorts) => {
  const { tenant, member } = params;
  const accepted = assureAccepted(
    await acceptRoleChange(ports.accept, {
      ...askerOf(caller, 'changeMemberRoles', headers['Idempotency-Key']),
      tenant,
      member,
      roles: body.roles,
    }),
  );
  await startAccepted(accepted, ports);
  const [operation, found] = await Promise.all([
    ports.operations.findOperation(accepted.id),
    ports.tenants.findMember(tenant, member),
  ]);
  if (found === undefined) throw notFound();
  return {
    status: 202,
    headers: { Location: `/v1/sagas/${accepted.id}` },
    body: { member: formatMember(found), saga: await showSaga(operation ?? accepted, ports) },
  };
});
