import type { Isolation } from '../domain/isolation.ts';
import type { Membership } from '../domain/membership.ts';
import type { Call } from '../ports/call.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { TenantReader } from '../ports/registry-store.ts';

export interface FollowPorts {
  readonly tenants: Pick<TenantReader, 'findTenant' | 'findMember' | 'listMembers'>;
  readonly identity: Readonly<Record<Isolation, IdentityProvider>>;
}

/**
 * Brings a member's place at the identity provider to what the registry says. The fact is the
 * truth, and others may change it meanwhile: whoever comes looks again afterwards, so that the last
 * to act has acted on the last commit. `known`: the member's `sub`, for when its row is gone.
 * Rejects with `PortError`.
 */
export async function followMember(
  ports: FollowPorts,
  member: string,
  call: Call,
  known?: string,
): Promise<void> {
  const sub = (await findSub(ports, member, call)) ?? known;
  if (sub !== undefined) await followSub(ports, sub, call);
}

/** As above, by the `sub` at the tenant's issuer, whoever has or had it. */
export async function followSub(ports: FollowPorts, sub: string, call: Call): Promise<void> {
  let given: string | undefined;
  for (;;) {
    const roles = rolesOf(await activeAs(ports, sub, call));
    if (JSON.stringify(roles) === given) return;
    await give(ports, sub, roles, call);
    given = JSON.stringify(roles);
  }
}

/**
 * Gives a member the place that its roles stand for, before a commit makes it active: what the
 * provider refuses is refused then. Rejects with `PortError`.
 */
export async function admitMember(ports: FollowPorts, id: string, call: Call): Promise<void> {
  const member = await ports.tenants.findMember(call.owner.tenant, id);
  const sub = member?.identity?.sub;
  // What is wrong then, the rule in the commit says.
  if (member === undefined || sub === undefined) return;
  const roles = rolesOf([member, ...(await activeAs(ports, sub, call))]);
  await give(ports, sub, roles, call);
}

async function findSub({ tenants }: FollowPorts, id: string, call: Call) {
  return (await tenants.findMember(call.owner.tenant, id))?.identity?.sub;
}

/**
 * Who left and came back, by another invitation, is another member and yet the same person. Whom a
 * move of the tenant left behind is nobody here.
 */
async function activeAs({ tenants }: FollowPorts, sub: string, call: Call): Promise<Membership[]> {
  const { tenant: id } = call.owner;
  const [tenant, members] = await Promise.all([tenants.findTenant(id), tenants.listMembers(id)]);
  return members.filter(
    ({ state, identity }) =>
      state === 'active' && identity?.sub === sub && identity.issuer === tenant?.issuer,
  );
}

/** Null: of no member. */
function rolesOf(members: readonly Membership[]): readonly string[] | null {
  if (members.length === 0) return null;
  return [...new Set(members.flatMap(({ roles }) => roles))].toSorted();
}

async function give(
  { tenants, identity }: FollowPorts,
  sub: string,
  roles: readonly string[] | null,
  call: Call,
): Promise<void> {
  const tenant = await tenants.findTenant(call.owner.tenant);
  if (tenant === undefined) return;
  const { slug, isolation } = tenant;
  if (roles === null) await identity[isolation].removeMember({ slug, sub }, call);
  else await identity[isolation].ensureMember({ slug, sub, roles }, call);
}
