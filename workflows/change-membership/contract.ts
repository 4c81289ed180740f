import type { Attempted, CommittedFact, SagaRef } from '../shared/contract.ts';

/** Workflow id: `changeMembership/<operation id>`. Input: `SagaInput`. Output: none. */
export const CHANGE_MEMBERSHIP = 'changeMembership';

export interface MembershipActivities {
  /** `atMs`: the saga's clock, the same in each retry. */
  commitRoles(ref: SagaRef, atMs: number): Promise<Attempted<readonly CommittedFact[]>>;
}
