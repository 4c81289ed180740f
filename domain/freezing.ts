import type { Decision, Rule, TenantView } from './decision.ts';
import { tenantFact } from './fact-drafts.ts';
import { TENANT_LEAVING } from './offboarding.ts';
import { isOpen, TENANT_NOT_FOUND, tenantState } from './refusals.ts';

/** Why a tenant is frozen: for the audit. Facts say only that it is. */
export const FREEZE_REASONS = ['unpaid', 'abuse', 'request'] as const;
export type FreezeReason = (typeof FREEZE_REASONS)[number];

export interface FreezeTenant {
  readonly reason: FreezeReason;
}

type Input = Readonly<Record<string, unknown>>;

/** Throws TypeError for a row of another kind: our own writing, so a bug. */
export function freezeInputOf(input: Input): FreezeTenant {
  const reason = FREEZE_REASONS.find((known) => known === input['reason']);
  if (reason === undefined) throw new TypeError('not the input of freezeTenant');
  return { reason };
}

/**
 * From here on every data plane denies everything of the tenant: the fact alone does it, whatever
 * becomes of identity and route. The row remembers what unfreezing gives back.
 */
export const freezeTenant: Rule<FreezeTenant> = ({ tenant }, { reason }) => {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (!isOpen(tenant)) return tenantState(tenant);
  const { state } = tenant;
  const frozen = { ...tenant, state: 'frozen', stateBefore: state } as const;
  return {
    changes: [{ type: 'tenant', tenant: frozen }],
    facts: [tenantFact(frozen)],
    audit: [
      { action: 'tenant.frozen', target: `tenant:${tenant.id}`, detail: { reason, from: state } },
    ],
  };
};

/** Gives back the state before: a trial stays a trial. */
export const unfreezeTenant: Rule<Readonly<Record<string, never>>> = ({
  tenant,
}: TenantView): Decision => {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (tenant.offboarding !== null) return TENANT_LEAVING;
  const { state, stateBefore } = tenant;
  if (state !== 'frozen' || stateBefore === null) return tenantState(tenant);
  const thawed = { ...tenant, state: stateBefore, stateBefore: null };
  return {
    changes: [{ type: 'tenant', tenant: thawed }],
    facts: [tenantFact(thawed)],
    audit: [
      { action: 'tenant.unfrozen', target: `tenant:${tenant.id}`, detail: { to: stateBefore } },
    ],
  };
};
