import { commitAndSign } from '../shared/commit-and-sign.ts';
import type { SagaInput } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import type { ProductRequestActivities } from './contract.ts';

/** Grants or refuses what a customer asked for; a grant has an entitlement's fact. */
export async function answerProductRequest(input: SagaInput): Promise<void> {
  await runSaga(input, steps(input));
}

export function steps(input: SagaInput) {
  const title = 'Commit the answer, a grant with its fact';
  return commitAndSign<ProductRequestActivities>(input, title, (call, ref, atMs) =>
    call('commitAnswer', ref, atMs),
  );
}
