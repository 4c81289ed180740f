import { changePlan } from '../domain/plan-change.ts';
import { beginTrial, endTrial, extendTrial, trialInputOf } from '../domain/trials.ts';
import { remindOfTrial } from '../registry/trial-reminder.ts';
import type { TrialReminderPorts } from '../registry/trial-reminder.ts';
import type { TrialActivities } from '../workflows/run-trial/contract.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';
import { attempt } from './attempt.ts';
import { commitOf } from './committing.ts';
import type { CommitPorts } from './committing.ts';
import { readOperation } from './operation.ts';

export type TrialPorts = CommitPorts & TrialReminderPorts;

/** A trial holds no lock, so none of its commits gives one back. */
export function createTrialActivities(ports: TrialPorts): TrialActivities {
  const { operations, report } = ports;
  const commit = <C>(
    ref: SagaRef,
    step: string,
    atMs: number,
    rule: Parameters<typeof commitOf<C>>[2]['rule'],
    command: C,
  ) => commitOf(ports, ref, { step, atMs, rule, command: () => command, releaseLock: false });
  return {
    beginTrial: (ref, atMs, endsAtMs) =>
      commit(ref, 'begin', atMs, beginTrial, { operation: ref.operation, endsAtMs }),
    extendTrial: (ref, n, atMs, endsAtMs) =>
      commit(ref, `extend-${n}`, atMs, extendTrial, { endsAtMs }),
    convertTrial: (ref, n, atMs, plan) =>
      commit(ref, `convert-${n}`, atMs, changePlan, { plan, activates: true }),
    endTrial: (ref, atMs) => commit(ref, 'end', atMs, endTrial, {}),
    remindOfTrial: (ref, endsAtMs, reminder) =>
      attempt(report, async (signal) => {
        const { input } = await readOperation(operations, ref);
        const { provisionedBy } = trialInputOf(input);
        await remindOfTrial(ports, { ...ref, provisionedBy, endsAtMs, reminder }, signal);
      }),
  };
}
