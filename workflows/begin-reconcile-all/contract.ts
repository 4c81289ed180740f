/** Workflow id: the schedule's. No input, no output. */
export const BEGIN_RECONCILE_ALL = 'beginReconcileAll';

export interface ScheduleActivities {
  /** `key`: of this start of the schedule, so that a retry asks once. */
  beginSweep(key: string): Promise<void>;
}
