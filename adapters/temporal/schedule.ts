import {
  Client,
  Connection,
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { RECONCILE_SCHEDULE, RECONCILE_WORKFLOW, SAGA_QUEUE } from '../../domain/saga-protocol.ts';
import { connectionOptions } from './options.ts';
import type { TemporalOptions } from './options.ts';

const EVERY = '1h';
/** One that was missed for longer, while Temporal was down, is made up by the next. */
const CATCH_UP = '10m';

/**
 * The doctor's schedule: made once, and then its operators', who may change its times or pause it
 * in the Temporal UI. Rejects when Temporal does not answer; the caller tries again.
 */
export async function assureSchedule(options: TemporalOptions): Promise<void> {
  const connection = await Connection.connect(connectionOptions(options));
  try {
    const { schedule } = new Client({ connection, namespace: options.namespace });
    await schedule.create({
      scheduleId: RECONCILE_SCHEDULE,
      spec: { intervals: [{ every: EVERY }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP },
      action: {
        type: 'startWorkflow',
        workflowType: RECONCILE_WORKFLOW,
        taskQueue: SAGA_QUEUE,
        workflowId: RECONCILE_WORKFLOW,
        args: [],
      },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  } finally {
    await connection.close();
  }
}
