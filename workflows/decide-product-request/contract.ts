import type { Commit } from '../shared/contract.ts';

/** Workflow id: `decideProductRequest/<operation id>`. Input: `SagaInput`. Output: none. */
export const DECIDE_PRODUCT_REQUEST = 'decideProductRequest';

export interface ProductRequestActivities {
  readonly commitDecision: Commit;
}
