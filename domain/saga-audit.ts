import type { AuditDraft } from './decision.ts';
import type { OperationKind, SagaReason, SagaState } from './operation.ts';

const VERBS: Record<OperationKind, string> = {
  provisionTenant: 'provision',
  changeMembership: 'change',
  freezeTenant: 'freeze',
  unfreezeTenant: 'unfreeze',
  inviteMember: 'invite',
  addDomain: 'add',
  removeDomain: 'remove',
  reconcileTenant: 'reconcile',
  reconcileAll: 'reconcile',
  changePlan: 'plan',
  answerProductRequest: 'answer',
  runTrial: 'trial',
  offboardTenant: 'offboard',
  moveTenant: 'move',
};

/**
 * What the audit keeps when a saga waits or is unwound, e.g. `identity.provision_failed`: a failure
 * outside is never silent. Undefined for states that are no failure.
 */
export function sagaAudit(
  kind: OperationKind,
  tenant: string,
  state: SagaState,
  reason: SagaReason | null,
): AuditDraft | undefined {
  if (reason === null || (state !== 'parked' && state !== 'unwinding')) return undefined;
  const { step, code, message } = reason;
  return {
    action: `${step}.${VERBS[kind]}_failed`,
    target: `tenant:${tenant}`,
    detail: { state, code, message },
  };
}
