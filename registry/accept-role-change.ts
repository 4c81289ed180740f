import { isOpen } from '../domain/refusals.ts';
import type { ChangeRolesInput } from '../domain/requests.ts';
import {
  idempotencyOf,
  roleProblems,
  unlessReplayed,
  type AcceptCaller,
  type AcceptPorts,
  type AcceptResult,
} from './accept.ts';

export interface RoleChangeRequest extends AcceptCaller {
  readonly tenant: string;
  readonly member: string;
  /** The whole new set of tenant-scoped roles. */
  readonly roles: readonly string[];
}

/**
 * Accepts a `changeMembership`. What is checked here saves the caller a saga; the rule decides
 * again in the commit, under the head lock, since all of it may have changed by then.
 */
export async function acceptRoleChange(
  ports: AcceptPorts,
  request: RoleChangeRequest,
): Promise<AcceptResult> {
  const { tenant, member, roles, actor } = request;
  const input: ChangeRolesInput = { member, roles: [...new Set(roles)].toSorted() };
  const keyed = idempotencyOf(request, { tenant, ...input });
  const refusal = await refuse(ports, request);
  if (refusal !== undefined) return unlessReplayed(ports.operations, keyed, refusal);
  return ports.operations.accept({
    operation: {
      id: ports.ids.uuid(),
      kind: 'changeMembership',
      tenant,
      actor,
      input: { ...input },
    },
    secrets: new Map(),
    ...keyed,
    nowMs: ports.clock.nowMs(),
  });
}

async function refuse(
  { tenants }: AcceptPorts,
  { tenant: id, member: memberId, roles }: RoleChangeRequest,
): Promise<AcceptResult | undefined> {
  const tenant = await tenants.findTenant(id);
  if (tenant === undefined) return { outcome: 'tenant-not-found' };
  const member = await tenants.findMember(id, memberId);
  if (member === undefined) return { outcome: 'member-not-found' };
  if (!isOpen(tenant)) return { outcome: 'tenant-state' };
  if (member.state !== 'active') return { outcome: 'member-state' };
  const problems = roleProblems(await tenants.readCatalog(), roles);
  return problems.length === 0 ? undefined : { outcome: 'invalid', problems };
}
