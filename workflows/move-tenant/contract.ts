import type { Attempted, CommittedFact, SagaRef } from '../shared/contract.ts';

/** Workflow id: `moveTenant/<operation id>`. Input: `SagaInput`. Output: none. */
export const MOVE_TENANT = 'moveTenant';

/** Which identities become which. Ids only. */
export interface Moved {
  /** Exact `iss` before, and from the commit on. */
  readonly from: string;
  readonly issuer: string;
  /** `sub` there by that before. */
  readonly subs: Readonly<Record<string, string>>;
}

/** `atMs`: the saga's clock, the same in each retry. */
export interface MovingActivities {
  /** Realm or organization in the other mode, with all members. */
  prepareTarget(ref: SagaRef): Promise<Attempted<Moved>>;
  removeTarget(ref: SagaRef): Promise<Attempted<void>>;
  commitMove(
    ref: SagaRef,
    move: Moved & { readonly atMs: number },
  ): Promise<Attempted<readonly CommittedFact[]>>;
  /** Nobody signs in any more where the tenant was, and who was signed in is so no longer. */
  closeSource(ref: SagaRef): Promise<Attempted<void>>;
  /** Everybody's place is what the facts say; who joined before meanwhile is taken along. */
  settleMembers(ref: SagaRef, moved: Moved): Promise<Attempted<Moved>>;
  commitLatecomers(
    ref: SagaRef,
    late: Moved & { readonly atMs: number },
  ): Promise<Attempted<readonly CommittedFact[]>>;
  /** Who cannot sign in yet is mailed the way to a password. */
  welcomeMembers(ref: SagaRef): Promise<Attempted<void>>;
  removeSource(ref: SagaRef): Promise<Attempted<void>>;
}
