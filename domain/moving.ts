import type { Rule } from './decision.ts';
import { membershipFact, tenantFact } from './fact-drafts.ts';
import { ISOLATION_MODES, type Isolation } from './isolation.ts';
import type { Membership } from './membership.ts';
import { isOpen, TENANT_NOT_FOUND, tenantState } from './refusals.ts';

export interface MoveInput {
  /** The mode that the tenant shall be in. */
  readonly to: Isolation;
}

/** Throws TypeError for a row of another kind: our own writing, so a bug. */
export function moveInputOf(input: Readonly<Record<string, unknown>>): MoveInput {
  const to = ISOLATION_MODES.find((mode) => mode === input['to']);
  if (to === undefined) throw new TypeError('not the input of moveTenant');
  return { to };
}

/** Where members sign in from now on, and as whom. */
export interface Rebinding {
  /** Exact `iss` from which they come. */
  readonly from: string;
  /** Exact `iss` to which they go. */
  readonly issuer: string;
  /** `sub` there by that before. */
  readonly subs: Readonly<Record<string, string>>;
}

export type MoveTenant = MoveInput & Rebinding;

/**
 * The tenant is in the other mode, and each member who was taken along is known by the identity
 * there: the one before grants nothing from this fact on. Ids, states, roles and grants stay.
 */
export const moveTenant: Rule<MoveTenant> = ({ tenant, members }, { to, ...rebinding }) => {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (!isOpen(tenant)) return tenantState(tenant);
  const { isolation: from } = tenant;
  if (from === to) return { refused: 'tenant-state', message: `The tenant is in ${to} already.` };
  const moved = { ...tenant, isolation: to, issuer: rebinding.issuer };
  const rebound = reboundOf(members, rebinding);
  return {
    changes: [{ type: 'tenant', tenant: moved }, ...rebound.map(toChange)],
    facts: [tenantFact(moved), ...rebound.map(membershipFact)],
    audit: [
      {
        action: 'tenant.moved',
        target: `tenant:${tenant.id}`,
        detail: { from, to, members: rebound.length },
      },
    ],
  };
};

/** Those who joined where the tenant was, while it was being moved. */
export const rebindLatecomers: Rule<Rebinding> = ({ members }, rebinding) => {
  const rebound = reboundOf(members, rebinding);
  return {
    changes: rebound.map(toChange),
    facts: rebound.map(membershipFact),
    audit: rebound.map(({ id }) => ({
      ...{ action: 'membership.moved', target: `member:${id}`, detail: {} },
    })),
  };
};

/** Of the inactive ones too: they may come back. Who was not taken along stays as they are. */
function reboundOf(members: readonly Membership[], { from, issuer, subs }: Rebinding) {
  const subOf = new Map(Object.entries(subs));
  return members.flatMap((member): Membership[] => {
    if (member.identity?.issuer !== from) return [];
    const sub = subOf.get(member.identity.sub);
    return sub === undefined ? [] : [{ ...member, identity: { issuer, sub } }];
  });
}

function toChange(membership: Membership) {
  return { type: 'membership', membership } as const;
}
