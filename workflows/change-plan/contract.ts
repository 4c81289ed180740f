import type { Commit } from '../shared/contract.ts';

/** Workflow id: `changePlan/<operation id>`. Input: `SagaInput`. Output: none. */
export const CHANGE_PLAN = 'changePlan';

export interface PlanActivities {
  readonly commitPlan: Commit;
}
