import type { Decided, Refused, Rule, TenantView } from './decision.ts';
import { membershipFact } from './fact-drafts.ts';
import { OWNER_ROLE, type Membership } from './membership.ts';
import { isLastOwner, LAST_OWNER } from './ownership.ts';
import {
  isOpen,
  MEMBER_NOT_FOUND,
  memberState,
  TENANT_NOT_FOUND,
  tenantState,
  unknownTenantRole,
} from './refusals.ts';

/** The whole new set of tenant-scoped roles of one member. */
export interface ChangeRoles {
  readonly member: string;
  readonly roles: readonly string[];
}

const NOTHING: Decided = { changes: [], facts: [], audit: [] };

/** Roles of an active member. The same roles again change nothing and make no fact. */
export const changeRoles: Rule<ChangeRoles> = (view, command) => {
  const member = view.members.find(({ id }) => id === command.member);
  const roles = [...new Set(command.roles)].toSorted();
  const refusal = refuse(view, member, roles);
  if (member === undefined || refusal !== undefined) return refusal ?? MEMBER_NOT_FOUND;
  if (roles.join() === member.roles.join()) return NOTHING;
  const changed = { ...member, roles };
  return {
    changes: [{ type: 'membership', membership: changed }],
    facts: [membershipFact(changed)],
    audit: [
      {
        action: 'membership.roles_changed',
        target: `member:${member.id}`,
        detail: { from: member.roles, to: roles },
      },
    ],
  };
};

function refuse(
  { tenant, members, catalog }: TenantView,
  member: Membership | undefined,
  roles: readonly string[],
): Refused | undefined {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (!isOpen(tenant)) return tenantState(tenant);
  if (member === undefined) return MEMBER_NOT_FOUND;
  if (member.state !== 'active') return memberState(member);
  const unknown = unknownTenantRole(catalog, roles);
  if (unknown !== undefined) return unknown;
  return isLastOwner(members, member) && !roles.includes(OWNER_ROLE) ? LAST_OWNER : undefined;
}
