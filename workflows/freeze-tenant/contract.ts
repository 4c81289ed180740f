import type { Attempted, CommittedFact, SagaRef } from '../shared/contract.ts';

/** Workflow id: `freezeTenant/<operation id>`. Input: `SagaInput`. Output: none. */
export const FREEZE_TENANT = 'freezeTenant';

/** Each works on the tenant that the ref names, whatever the saga. */
export interface SuspensionActivities {
  /** Nobody signs in any more, and who was signed in is so no longer. */
  suspendIdentity(ref: SagaRef): Promise<Attempted<void>>;
  /** The host leads nowhere any more. */
  suspendRoute(ref: SagaRef): Promise<Attempted<void>>;
  restoreIdentity(ref: SagaRef): Promise<Attempted<void>>;
  restoreRoute(ref: SagaRef): Promise<Attempted<void>>;
}

export interface FreezingActivities extends SuspensionActivities {
  /** `atMs`: the saga's clock, the same in each retry. */
  commitFreeze(ref: SagaRef, atMs: number): Promise<Attempted<readonly CommittedFact[]>>;
}
