import type { SuspensionActivities } from '../freeze-tenant/contract.ts';
import type { Attempted, CommittedFact, SagaRef } from '../shared/contract.ts';

/** Workflow id: `unfreezeTenant/<operation id>`. Input: `SagaInput`. Output: none. */
export const UNFREEZE_TENANT = 'unfreezeTenant';

export interface UnfreezingActivities extends SuspensionActivities {
  /** `atMs`: the saga's clock, the same in each retry. */
  commitUnfreeze(ref: SagaRef, atMs: number): Promise<Attempted<readonly CommittedFact[]>>;
}
