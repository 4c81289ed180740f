import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ScheduleActivities } from './contract.ts';

const ATTEMPT_MS = 10_000;
/** The next start of the schedule is near; one that was not possible so long is given up. */
const GIVE_UP_MS = 30 * 60_000;

/** What the schedule starts: no saga, since its request is not accepted yet. */
export async function beginReconcileAll(): Promise<void> {
  const { beginSweep } = proxyActivities<ScheduleActivities>({
    startToCloseTimeout: ATTEMPT_MS,
    scheduleToCloseTimeout: GIVE_UP_MS,
    summary: 'Ask for a reconcileAll',
  });
  await beginSweep(workflowInfo().workflowId);
}
