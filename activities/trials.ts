import type { Rule } from '../domain/decision.ts';
import { changePlan } from '../domain/plan-change.ts';
import { beginTrial, endTrial, extendTrial, trialInputOf } from '../domain/trials.ts';
import { followUpOf } from '../registry/follow-up.ts';
import type { Operation } from '../ports/registry-store.ts';
import { remindOfTrial } from '../registry/trial-reminder.ts';
import type { TrialReminderPorts } from '../registry/trial-reminder.ts';
import type { TrialActivities } from '../workflows/run-trial/contract.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { commitFacts } from './commit.ts';
import type { CommitPorts } from './commit.ts';
import { readOperation } from './operation.ts';

export interface TrialPorts extends CommitPorts, TrialReminderPorts {
  readonly report: Report;
}

export function createTrialActivities(ports: TrialPorts): TrialActivities {
  const { operations, report } = ports;
  /** A trial holds no lock, so none of its commits ends one. */
  const commit = <C>(
    { operation, tenant }: SagaRef,
    how: { readonly step: string; readonly atMs: number; readonly rule: Rule<C> },
    commandOf: (asked: Operation) => C,
  ) =>
    attempt(report, async () => {
      const asked = await readOperation(operations, { operation, tenant });
      const step = { operation, tenant, actor: asked.actor, ...how, releaseLock: false };
      return commitFacts(ports, { ...step, command: commandOf(asked) });
    });
  return {
    beginTrial: (ref, atMs, endsAtMs) =>
      commit(ref, { step: 'begin', atMs, rule: beginTrial }, ({ input }) => ({
        ...{ ...trialInputOf(input), operation: ref.operation, endsAtMs },
      })),
    extendTrial: (ref, n, atMs, endsAtMs) =>
      commit(ref, { step: `extend-${n}`, atMs, rule: extendTrial }, () => ({ endsAtMs })),
    convertTrial: (ref, n, atMs, plan) =>
      commit(ref, { step: `convert-${n}`, atMs, rule: changePlan }, () => ({
        ...{ plan, activates: true },
      })),
    endTrial: (ref, atMs) =>
      commit(ref, { step: 'end', atMs, rule: endTrial }, ({ actor }) => ({
        freezing: { id: followUpOf(ref.operation, 'freezeTenant'), actor },
      })),
    remindOfTrial: (ref, endsAtMs, reminder) =>
      attempt(report, async (signal) => {
        const { input } = await readOperation(operations, ref);
        const { provisionedBy } = trialInputOf(input);
        await remindOfTrial(ports, { ...ref, provisionedBy, endsAtMs, reminder }, signal);
      }),
  };
}
