import type { Decided, Refused, Rule, TenantView } from './decision.ts';
import { membershipFact, membershipRetracted } from './fact-drafts.ts';
import type { Invitation } from './invitation.ts';
import type { Membership } from './membership.ts';
import { isOpen, TENANT_NOT_FOUND, tenantState, unknownTenantRole } from './refusals.ts';

/** What was asked for; the address is the row's. */
export interface InviteMember {
  readonly member: string;
  readonly roles: readonly string[];
}

/** The invited person is a member that is pending: known to everybody, granted nothing. */
export const inviteMember: Rule<InviteMember> = (view, command) => {
  const { tenant } = view;
  const refusal = refuse(view, command);
  if (tenant === undefined || refusal !== undefined) return refusal ?? TENANT_NOT_FOUND;
  const { member: id, roles } = command;
  const membership: Membership = { id, tenant: tenant.id, state: 'pending', identity: null, roles };
  return {
    changes: [{ type: 'membership', membership }],
    facts: [membershipFact(membership)],
    audit: [{ action: 'invitation.created', target: `member:${id}`, detail: { roles } }],
  };
};

function refuse(
  { tenant, catalog, invitation }: TenantView,
  { roles }: InviteMember,
): Refused | undefined {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (!isOpen(tenant)) return tenantState(tenant);
  if (invitation?.state !== 'pending') {
    const state = invitation?.state ?? 'not there any more';
    return { refused: 'invitation-state', message: `The invitation is ${state}.` };
  }
  return unknownTenantRole(catalog, roles);
}

/**
 * Membership and facts follow the end that the row has; one that is still pending has expired. In
 * no state of the tenant is it refused: a frozen one denies everything anyway, and who was let in
 * before stays.
 */
export const settleInvitation: Rule<Pick<InviteMember, 'member'>> = (view, { member }, nowMs) => {
  const { invitation } = view;
  const pending = view.members.find(({ id, state }) => id === member && state === 'pending');
  const settled = invitation && endOf(invitation, nowMs);
  const identity = settled?.state === 'accepted' ? settled.identity : null;
  const membership = pending && identityBound(pending, identity);
  const { changes, facts } = membershipAfter(pending, membership);
  return {
    changes: [
      ...changes,
      ...(settled ? [{ type: 'invitation-settled', invitation: settled } as const] : []),
    ],
    facts,
    audit: settled ? [auditOf(settled)] : [],
  };
};

function endOf(invitation: Invitation, nowMs: number): Invitation {
  if (invitation.state !== 'pending') return invitation;
  return { ...invitation, state: 'expired', endedAtMs: nowMs };
}

function identityBound(
  pending: Membership,
  identity: Membership['identity'],
): Membership | undefined {
  return identity === null ? undefined : { ...pending, state: 'active', identity };
}

/** `before`: pending, or gone already; `after`: active, or nobody. */
function membershipAfter(
  before: Membership | undefined,
  after: Membership | undefined,
): Pick<Decided, 'changes' | 'facts'> {
  if (before === undefined) return { changes: [], facts: [] };
  if (after !== undefined) {
    return {
      changes: [{ type: 'membership', membership: after }],
      facts: [membershipFact(after)],
    };
  }
  const { tenant, id: member } = before;
  return {
    changes: [{ type: 'membership-removed', tenant, member }],
    facts: [membershipRetracted(member)],
  };
}

function auditOf({ member, state, endedBy }: Invitation): Decided['audit'][number] {
  return {
    action: `invitation.${state}`,
    target: `member:${member}`,
    detail: endedBy === null ? {} : { by: endedBy },
  };
}
