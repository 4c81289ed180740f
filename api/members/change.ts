import { z } from 'zod';
import { acceptMembershipChange } from '../../registry/accept-membership-change.ts';
import type { AskedChange } from '../../registry/accept-membership-change.ts';
import type { AcceptCaller } from '../../registry/accept.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, roleNames, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { acceptProblems, showNow, startAccepted } from '../sagas/begin.ts';
import { sagaSchema } from '../sagas/schema.ts';
import { assureAccepted } from '../tenants/accepted.ts';
import { formatMember, memberSchema } from './schema.ts';

const ofMember = z.object({ tenant: uuid('The tenant.'), member: uuid('The member.') });
const headers = z.object({ 'Idempotency-Key': idempotencyKey });
const accepted = {
  description: 'Accepted; the saga works on it.',
  headers: { Location: 'The saga, to be asked for progress.' },
} as const;
const replies = {
  202: {
    ...accepted,
    body: z
      .object({ member: memberSchema.nullable(), saga: sagaSchema })
      .meta({ id: 'ChangedMember', description: 'The member as it is by now; null: gone.' }),
  },
} as const;
const problems = ['tenant-state', 'member-state', 'last-owner', ...acceptProblems] as const;

export const changeMemberRoles = route({
  operationId: 'changeMemberRoles',
  method: 'patch',
  path: '/v1/tenants/{tenant}/members/{member}',
  tag: 'members',
  summary: 'Change the roles of a member',
  description:
    'The whole new set of tenant-scoped roles. The change is committed first, and the identity provider follows.',
  access: 'operator',
  params: ofMember,
  headers,
  body: z.strictObject({ roles: roleNames }).meta({ id: 'ChangeRoles' }),
  replies,
  problems: ['role-unknown', ...problems],
})(async ({ params: { tenant, member }, headers: given, body, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'changeMemberRoles', given['Idempotency-Key']);
  const change = { change: 'roles', member, roles: body.roles } as const;
  return changeOne(ports, { ...asker, tenant, change });
});

export const deactivateMember = route({
  operationId: 'deactivateMember',
  method: 'post',
  path: '/v1/tenants/{tenant}/members/{member}/deactivate',
  tag: 'members',
  summary: 'Deactivate a member',
  description:
    'Every data plane denies from the commit on, whatever else is down; then groups go and sessions end. Identity and roles are kept for `reactivate`. A frozen tenant takes it too.',
  access: 'operator',
  params: ofMember,
  headers,
  replies,
  problems,
})(async ({ params: { tenant, member }, headers: given, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'deactivateMember', given['Idempotency-Key']);
  return changeOne(ports, { ...asker, tenant, change: { change: 'deactivate', member } });
});

export const reactivateMember = route({
  operationId: 'reactivateMember',
  method: 'post',
  path: '/v1/tenants/{tenant}/members/{member}/reactivate',
  tag: 'members',
  summary: 'Reactivate a member',
  description:
    'With the roles from before. The identity provider first, the commit last: until then every data plane denies.',
  access: 'operator',
  counted: true,
  params: ofMember,
  headers,
  replies,
  problems: problems.filter((code) => code !== 'last-owner'),
})(async ({ params: { tenant, member }, headers: given, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'reactivateMember', given['Idempotency-Key']);
  return changeOne(ports, { ...asker, tenant, change: { change: 'reactivate', member } });
});

export const removeMember = route({
  operationId: 'removeMember',
  method: 'delete',
  path: '/v1/tenants/{tenant}/members/{member}',
  tag: 'members',
  summary: 'End a membership',
  description:
    'For one who leaves or is sent away. The fact is retracted; who comes back is invited anew, as another member. An invitation that is pending is revoked instead.',
  access: 'operator',
  params: ofMember,
  headers,
  replies,
  problems,
})(async ({ params: { tenant, member }, headers: given, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'removeMember', given['Idempotency-Key']);
  return changeOne(ports, { ...asker, tenant, change: { change: 'leave', member } });
});

export const transferOwnership = route({
  operationId: 'transferOwnership',
  method: 'post',
  path: '/v1/tenants/{tenant}/transfer-ownership',
  tag: 'members',
  summary: 'Transfer ownership from one member to another',
  description: 'In one commit; every other role of both stays.',
  access: 'operator',
  params: z.object({ tenant: uuid('The tenant.') }),
  headers,
  body: z
    .strictObject({ from: uuid('The owner.'), to: uuid('Who shall be one.') })
    .refine(({ from, to }) => from !== to, {
      message: 'Must be another member than `from`.',
      path: ['to'],
    })
    .meta({ id: 'TransferOwnership' }),
  replies: { 202: { ...accepted, body: z.object({ saga: sagaSchema }).meta({ id: 'Accepted' }) } },
  problems: ['not-owner', ...problems.filter((code) => code !== 'last-owner')],
})(async ({ params: { tenant }, headers: given, body, caller }, ports: ApiPorts) => {
  const asker = askerOf(caller, 'transferOwnership', given['Idempotency-Key']);
  const change = { change: 'transfer-ownership', ...body } as const;
  const { saga, headers: location } = await begin(ports, { ...asker, tenant, change });
  return { status: 202, headers: location, body: { saga } };
});

interface Asked<C = AskedChange> extends AcceptCaller {
  readonly tenant: string;
  readonly change: C;
}

async function changeOne(
  ports: ApiPorts,
  asked: Asked<Exclude<AskedChange, { change: 'transfer-ownership' }>>,
) {
  const { saga, headers: location } = await begin(ports, asked);
  const found = await ports.tenants.findMember(asked.tenant, asked.change.member);
  const member = found === undefined ? null : formatMember(found);
  return { status: 202, headers: location, body: { member, saga } } as const;
}

async function begin(ports: ApiPorts, asked: Asked) {
  const operation = assureAccepted(await acceptMembershipChange(ports.accept, asked));
  await startAccepted(operation, ports);
  return {
    saga: await showNow(operation, ports),
    headers: { Location: `/v1/sagas/${operation.id}` },
  };
}
