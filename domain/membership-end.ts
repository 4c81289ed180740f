import type { Rule } from './decision.ts';
import { membershipRetracted } from './fact-drafts.ts';
import type { OneMember } from './membership-activity.ts';
import { isLastOwner, LAST_OWNER } from './ownership.ts';
import {
  isKept,
  MEMBER_NOT_FOUND,
  memberState,
  TENANT_NOT_FOUND,
  tenantState,
} from './refusals.ts';

/**
 * The membership ends, by its member or by others: the fact is retracted and the row goes, so that
 * nobody is bound to it any more. Who comes back is invited, and is another member. One that is
 * pending ends with its invitation.
 */
export const removeMember: Rule<OneMember> = ({ tenant, members }, { member: id }) => {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (!isKept(tenant)) return tenantState(tenant);
  const member = members.find((each) => each.id === id);
  if (member === undefined) return MEMBER_NOT_FOUND;
  if (member.state === 'pending') return memberState(member);
  if (isLastOwner(members, member)) return LAST_OWNER;
  const { state, roles } = member;
  return {
    changes: [{ type: 'membership-removed', tenant: tenant.id, member: id }],
    facts: [membershipRetracted(id)],
    audit: [{ action: 'membership.ended', target: `member:${id}`, detail: { state, roles } }],
  };
};
