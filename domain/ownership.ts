import type { Refused, Rule, TenantView } from './decision.ts';
import { membershipFact } from './fact-drafts.ts';
import { OWNER_ROLE, type Membership } from './membership.ts';
import {
  isOpen,
  MEMBER_NOT_FOUND,
  memberState,
  TENANT_NOT_FOUND,
  tenantState,
} from './refusals.ts';

/** Ids of two members. */
export interface TransferOwnership {
  readonly from: string;
  readonly to: string;
}

export const LAST_OWNER: Refused = {
  refused: 'last-owner',
  message: 'The last owner of a tenant stays one.',
};

const NOT_OWNER: Refused = {
  refused: 'not-owner',
  message: 'Who gives ownership away must be an owner.',
};

/** Nobody else could manage the tenant: who is not active cannot. */
export function isLastOwner(members: readonly Membership[], member: Membership): boolean {
  return isOwner(member) && members.filter(isOwner).length === 1;
}

function isOwner({ state, roles }: Membership): boolean {
  return state === 'active' && roles.includes(OWNER_ROLE);
}

/** One commit: at no moment is there no owner, or one too many. Other roles stay as they are. */
export const transferOwnership: Rule<TransferOwnership> = (view, command) => {
  const [from, to] = [command.from, command.to].map((id) =>
    view.members.find((member) => member.id === id),
  );
  const refusal = refuse(view, [from, to]);
  if (refusal !== undefined) return refusal;
  if (from === undefined || to === undefined || from === to)
    return { changes: [], facts: [], audit: [] };
  const others = ({ roles }: Membership) => roles.filter((role) => role !== OWNER_ROLE);
  const changed: readonly Membership[] = [
    { ...to, roles: [...others(to), OWNER_ROLE].toSorted() },
    { ...from, roles: others(from) },
  ];
  return {
    changes: changed.map((membership) => ({ type: 'membership', membership })),
    facts: changed.map(membershipFact),
    audit: [
      {
        action: 'ownership.transferred',
        target: `member:${to.id}`,
        detail: { from: `member:${from.id}` },
      },
    ],
  };
};

function refuse(
  { tenant }: TenantView,
  [from, to]: readonly (Membership | undefined)[],
): Refused | undefined {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (!isOpen(tenant)) return tenantState(tenant);
  if (from === undefined || to === undefined) return MEMBER_NOT_FOUND;
  const notActive = [from, to].find(({ state }) => state !== 'active');
  if (notActive !== undefined) return memberState(notActive);
  return isOwner(from) ? undefined : NOT_OWNER;
}
