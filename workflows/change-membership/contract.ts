import type { Attempted, CommittedFact, SagaRef } from '../shared/contract.ts';

/** Workflow id: `changeMembership/<operation id>`. Input: `SagaInput`, with its way. No output. */
export const CHANGE_MEMBERSHIP = 'changeMembership';

export interface MembershipActivities {
  /** Lets a member in at the identity provider that no fact lets in yet. */
  admitMember(ref: SagaRef): Promise<Attempted<void>>;
  /**
   * Commits the change, whichever it is. `atMs`: the saga's clock, the same in each retry.
   * Histories know it by this name, from when roles alone were changed.
   */
  commitRoles(ref: SagaRef, atMs: number): Promise<Attempted<readonly CommittedFact[]>>;
  /** Brings the members' places at the identity provider to what is committed. */
  followMembers(ref: SagaRef): Promise<Attempted<void>>;
}
