import { commitAndSign } from '../shared/commit-and-sign.ts';
import type { SagaInput } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import type { PlanActivities } from './contract.ts';

/** Up or down, and out of a trial: one commit, as nothing outside knows of plans. */
export async function changePlan(input: SagaInput): Promise<void> {
  await runSaga(input, steps(input));
}

export function steps(input: SagaInput) {
  const title = 'Commit the plan with its entitlements';
  return commitAndSign<PlanActivities>(input, title, (call, ref, atMs) =>
    call('commitPlan', ref, atMs),
  );
}
