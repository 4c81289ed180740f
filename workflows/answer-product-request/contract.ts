import type { Commit } from '../shared/contract.ts';

/** Workflow id: `answerProductRequest/<operation id>`. Input: `SagaInput`. Output: none. */
export const ANSWER_PRODUCT_REQUEST = 'answerProductRequest';

export interface ProductRequestActivities {
  readonly commitAnswer: Commit;
}
