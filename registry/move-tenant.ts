import { MAX_PENDING_INVITATIONS } from '../domain/invitation.ts';
import { otherMode, type Isolation } from '../domain/isolation.ts';
import type { Membership } from '../domain/membership.ts';
import type { Rebinding } from '../domain/moving.ts';
import { isOpen } from '../domain/refusals.ts';
import type { Tenant } from '../domain/tenant.ts';
import { fewAtOnce } from '../ports/at-once.ts';
import type { Call } from '../ports/call.ts';
import type { Received } from '../ports/identity-provider.ts';
import type { InvitationStore } from '../ports/invitation-store.ts';
import { followSub, type FollowPorts } from './follow-member.ts';
import { identityShapeOf, type ShapePorts } from './identity-request.ts';

export type MovePorts = FollowPorts &
  ShapePorts & { readonly invitations: Pick<InvitationStore, 'listInvitations'> };

/**
 * Makes realm or organization in the other mode, with a user for everybody who has one where the
 * tenant is, and a member's place for the active ones. Repeatable. Rejects with `PortError`.
 */
export async function prepareTarget(
  ports: MovePorts,
  to: Isolation,
  call: Call,
): Promise<Rebinding> {
  const { tenant, issuer: from } = await readTenant(ports, call);
  const members = await ports.tenants.listMembers(tenant.id);
  const received = await takeAlong(ports, tenant, to, membersAt(members, from), call);
  await inviteAgain(ports, tenant, to, call);
  return { from, ...received };
}

/**
 * Brings everybody's place, where the tenant now is, to what the registry says: members changed,
 * and left, while it was being moved. Who joined at the place before is taken along as well.
 */
export async function settleMembers(
  ports: MovePorts,
  { from, subs }: Omit<Rebinding, 'issuer'>,
  call: Call,
): Promise<Rebinding> {
  const { tenant, issuer } = await readTenant(ports, call);
  await fewAtOnce(Object.values(subs), (sub) => followSub(ports, sub, call));
  await inviteAgain(ports, tenant, tenant.isolation, call);
  const late = membersAt(await ports.tenants.listMembers(tenant.id), from);
  if (late.length === 0) return { from, issuer, subs: {} };
  return { from, ...(await takeAlong(ports, tenant, tenant.isolation, late, call)) };
}

/** Members who cannot sign in yet are mailed a link; not of one that was frozen meanwhile. */
export async function welcomeMembers(ports: MovePorts, call: Call): Promise<void> {
  const { tenant, issuer } = await readTenant(ports, call);
  if (!isOpen(tenant)) return;
  const { origin } = await identityShapeOf(ports, tenant);
  const members = membersAt(await ports.tenants.listMembers(tenant.id), issuer);
  const active = members.filter(({ state }) => state === 'active');
  await fewAtOnce(subsOf(active), (sub) =>
    ports.identity[tenant.isolation].welcome({ slug: tenant.slug, sub, origin }, call),
  );
}

/** Lets nobody in any more in the mode that the tenant is not in. */
export async function closeOther(ports: MovePorts, call: Call): Promise<void> {
  const { tenant } = await readTenant(ports, call);
  await ports.identity[otherMode(tenant.isolation)].suspend(tenant.slug, call);
}

/**
 * Removes what a move has made, or left, in the mode that the tenant is not in: whatever went wrong
 * before, never where it lives.
 */
export async function removeOther(ports: MovePorts, call: Call): Promise<void> {
  // Also of one that was archived meanwhile, which has no issuer any more.
  const { slug, isolation } = await findTenant(ports, call);
  await ports.identity[otherMode(isolation)].remove(slug, call);
}

/** Who has no user any more, or one that is switched off, stays behind. */
async function takeAlong(
  ports: MovePorts,
  tenant: Tenant,
  to: Isolation,
  members: readonly Membership[],
  call: Call,
): Promise<Received> {
  const { identity } = ports;
  const { slug, displayName, origin, identityProviders } = await identityShapeOf(ports, tenant);
  const source = identity[otherMode(to)];
  const people = await source.listPeople({ slug, subs: subsOf(members) }, call);
  const shape = { slug, displayName, origin, identityProviders };
  const received = await identity[to].receive({ ...shape, people }, call);
  const subOf = new Map(Object.entries(received.subs));
  const active = members.filter(({ state }) => state === 'active');
  await fewAtOnce([...rolesBySub(active)], async ([before, roles]) => {
    const sub = subOf.get(before);
    if (sub !== undefined) await identity[to].ensureMember({ slug, sub, roles }, call);
  });
  return received;
}

/** Links that were mailed stay good: whoever opens one finds a user there as well. */
async function inviteAgain(
  { invitations, identity }: MovePorts,
  { id: tenant, slug }: Tenant,
  mode: Isolation,
  call: Call,
): Promise<void> {
  const limit = MAX_PENDING_INVITATIONS;
  const pending = await invitations.listInvitations({ tenant, state: 'pending', limit });
  await fewAtOnce(pending, ({ email }) => identity[mode].ensureInvited({ slug, email }, call));
}

async function readTenant(ports: MovePorts, call: Call) {
  const tenant = await findTenant(ports, call);
  // `activate` has set it.
  if (tenant.issuer === null) throw new Error(`tenant ${tenant.id} has no issuer`);
  return { tenant, issuer: tenant.issuer };
}

async function findTenant({ tenants }: MovePorts, { owner }: Call): Promise<Tenant> {
  const tenant = await tenants.findTenant(owner.tenant);
  // Rows are never deleted.
  if (tenant === undefined) throw new Error(`no tenant ${owner.tenant}`);
  return tenant;
}

function membersAt(members: readonly Membership[], issuer: string): Membership[] {
  return members.filter(({ identity }) => identity?.issuer === issuer);
}

function subsOf(members: readonly Membership[]): string[] {
  return [...new Set(members.flatMap(({ identity }) => identity?.sub ?? []))];
}

/** Who left and came back is two members, and one person. */
function rolesBySub(members: readonly Membership[]): Map<string, string[]> {
  const roles = new Map<string, string[]>();
  for (const { identity, roles: own } of members)
    if (identity !== null)
      roles.set(identity.sub, [...new Set([...(roles.get(identity.sub) ?? []), ...own])]);
  return roles;
}
