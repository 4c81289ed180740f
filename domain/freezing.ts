import type { FollowUp, Rule } from './decision.ts';
import { tenantFact } from './fact-drafts.ts';
import { isOpen, TENANT_LEAVING, TENANT_NOT_FOUND, tenantState } from './refusals.ts';
import { acceptTrial } from './trials.ts';

/** Why people freeze a tenant: for the audit. Facts say only that it is. */
export const FREEZE_REASONS = ['unpaid', 'abuse', 'request'] as const;
const REASONS = [...FREEZE_REASONS, 'trial-ended'] as const;
/** Theirs, and that of a trial that is over, which freezes by itself. */
export type FreezeReason = (typeof REASONS)[number];

export interface FreezeTenant {
  readonly reason: FreezeReason;
}

type Input = Readonly<Record<string, unknown>>;

/** Throws TypeError for a row of another kind: our own writing, so a bug. */
export function freezeInputOf(input: Input): FreezeTenant {
  const reason = REASONS.find((known) => known === input['reason']);
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

export interface UnfreezeTenant {
  /** The saga that would end a trial which begins anew, and in whose name. */
  readonly again: Pick<FollowUp, 'id' | 'actor'>;
}

/** Gives back the state before: a trial stays a trial, and begins anew when its time was over. */
export const unfreezeTenant: Rule<UnfreezeTenant> = ({ tenant, trial }, { again }, nowMs) => {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (tenant.offboarding !== null) return TENANT_LEAVING;
  const { state, stateBefore } = tenant;
  if (state !== 'frozen' || stateBefore === null) return tenantState(tenant);
  const thawed = { ...tenant, state: stateBefore, stateBefore: null };
  return {
    changes: [
      { type: 'tenant', tenant: thawed },
      ...(stateBefore === 'trial' && trial?.state === 'ended'
        ? [
            acceptTrial(
              tenant.id,
              { ...trial, ...{ operation: again.id, actor: again.actor } },
              nowMs,
            ),
          ]
        : []),
    ],
    facts: [tenantFact(thawed)],
    audit: [
      { action: 'tenant.unfrozen', target: `tenant:${tenant.id}`, detail: { to: stateBefore } },
    ],
  };
};
