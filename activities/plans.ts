import { changePlan, planInputOf } from '../domain/plan-change.ts';
import { answerRequest, answerInputOf } from '../domain/product-requests.ts';
import type { PlanActivities } from '../workflows/change-plan/contract.ts';
import type { ProductRequestActivities } from '../workflows/answer-product-request/contract.ts';
import { commitOf } from './committing.ts';
import type { CommitPorts } from './committing.ts';

export function createPlanActivities(
  ports: CommitPorts,
): PlanActivities & ProductRequestActivities {
  const last = { step: 'commit', releaseLock: true };
  return {
    commitPlan: (ref, atMs) =>
      commitOf(ports, ref, { ...last, rule: changePlan, command: planInputOf, atMs }),
    commitAnswer: (ref, atMs) =>
      commitOf(ports, ref, { ...last, rule: answerRequest, command: answerInputOf, atMs }),
  };
}
