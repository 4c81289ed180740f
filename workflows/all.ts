/** Every saga, for the workflow bundle: what a worker can run. */
export { addDomain } from './add-domain/workflow.ts';
export { changeMembership } from './change-membership/workflow.ts';
export { freezeTenant } from './freeze-tenant/workflow.ts';
export { inviteMember } from './invite-member/workflow.ts';
export { offboardTenant } from './offboard-tenant/workflow.ts';
export { provisionTenant } from './provision-tenant/workflow.ts';
export { removeDomain } from './remove-domain/workflow.ts';
export { beginReconcileAll } from './begin-reconcile-all/workflow.ts';
export { reconcileAll } from './reconcile-all/workflow.ts';
export { reconcileTenant } from './reconcile-tenant/workflow.ts';
export { unfreezeTenant } from './unfreeze-tenant/workflow.ts';
export { changePlan } from './change-plan/workflow.ts';
export { answerProductRequest } from './answer-product-request/workflow.ts';
export { runTrial } from './run-trial/workflow.ts';
export { moveTenant } from './move-tenant/workflow.ts';
