import type { Attempted, SagaRef } from '../shared/contract.ts';

/** Workflow id: `removeDomain/<operation id>`. Input: `SagaInput`. Output: none. */
export const REMOVE_DOMAIN = 'removeDomain';

export interface DomainRemovalActivities {
  /** `atMs`: the saga's clock, the same in each retry. */
  commitDomainRemoval(ref: SagaRef, atMs: number): Promise<Attempted<void>>;
  removeDomainRoute(ref: SagaRef): Promise<Attempted<void>>;
  /** `atMs`: as above. */
  freeDomain(ref: SagaRef, atMs: number): Promise<Attempted<void>>;
}
