import type { Decided, Rule } from './decision.ts';
import { membershipFact } from './fact-drafts.ts';
import type { Membership } from './membership.ts';
import { isLastOwner, LAST_OWNER } from './ownership.ts';
import {
  isKept,
  isOpen,
  MEMBER_NOT_FOUND,
  memberState,
  TENANT_NOT_FOUND,
  tenantState,
} from './refusals.ts';

export interface OneMember {
  readonly member: string;
}

/**
 * Every data plane denies the member everything from here on. Its identity and its roles stay
 * known, for whoever takes it back. A frozen tenant allows it too: nobody waits with a revocation.
 */
export const deactivateMember: Rule<OneMember> = ({ tenant, members }, command) => {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (!isKept(tenant)) return tenantState(tenant);
  const member = members.find(({ id }) => id === command.member);
  if (member === undefined) return MEMBER_NOT_FOUND;
  if (member.state !== 'active') return memberState(member);
  if (isLastOwner(members, member)) return LAST_OWNER;
  return inState(member, 'inactive', 'membership.deactivated');
};

/** Gives back what the member had. */
export const reactivateMember: Rule<OneMember> = ({ tenant, members }, command) => {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (!isOpen(tenant)) return tenantState(tenant);
  const member = members.find(({ id }) => id === command.member);
  if (member === undefined) return MEMBER_NOT_FOUND;
  if (member.state !== 'inactive') return memberState(member);
  return inState(member, 'active', 'membership.reactivated');
};

function inState(member: Membership, state: 'active' | 'inactive', action: string): Decided {
  const changed = { ...member, state };
  return {
    changes: [{ type: 'membership', membership: changed }],
    facts: [membershipFact(changed)],
    audit: [{ action, target: `member:${member.id}`, detail: {} }],
  };
}
