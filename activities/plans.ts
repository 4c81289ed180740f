import type { Rule } from '../domain/decision.ts';
import { changePlan, planInputOf } from '../domain/plan-change.ts';
import { answerInputOf, answerRequest } from '../domain/product-requests.ts';
import type { Operation, OperationStore } from '../ports/registry-store.ts';
import type { ProductRequestActivities } from '../workflows/answer-product-request/contract.ts';
import type { PlanActivities } from '../workflows/change-plan/contract.ts';
import type { Commit } from '../workflows/shared/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { commitFacts } from './commit.ts';
import type { CommitPorts } from './commit.ts';
import { readOperation } from './operation.ts';

export interface PlanPorts extends CommitPorts {
  readonly operations: Pick<OperationStore, 'findOperation'>;
  readonly report: Report;
}

export function createPlanActivities(ports: PlanPorts): PlanActivities & ProductRequestActivities {
  return {
    commitPlan: commitOf(ports, changePlan, planInputOf),
    commitAnswer: commitOf(ports, answerRequest, answerInputOf),
  };
}

/** The one commit of a saga, which ends its lock. */
function commitOf<C>(
  ports: PlanPorts,
  rule: Rule<C>,
  commandOf: (input: Operation['input']) => C,
): Commit {
  return ({ operation, tenant }, atMs) =>
    attempt(ports.report, async () => {
      const { actor, input } = await readOperation(ports.operations, { operation, tenant });
      const step = { operation, step: 'commit', tenant, actor, atMs, releaseLock: true };
      return commitFacts(ports, { ...step, rule, command: commandOf(input) });
    });
}
