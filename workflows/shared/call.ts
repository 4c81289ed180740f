import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { Attempted, SagaInput } from './contract.ts';

/** Retries double their pause up to the timing's bound. */
const BACKOFF = 2;

// The constraint of a set of activities; their arguments are checked where they are called.
// oxlint-disable-next-line typescript/no-explicit-any
type AnyActivities = Record<keyof never, (...args: any[]) => Promise<unknown>>;

/** Runs one activity of a step and gives its value; the saga keeps the attempt. */
export type Call<A> = <N extends keyof A & string>(
  activity: N,
  ...args: A[N] extends (...args: infer P) => Promise<unknown> ? P : never
) => Promise<
  A[N] extends (...args: never) => Promise<infer R> ? (R extends Attempted<infer T> ? T : R) : never
>;

export interface CallOptions {
  readonly activityId: string;
  readonly summary: string;
  readonly queue?: string;
  readonly onAttempt?: (attempt: number) => void;
}

/** Options of a step or an undo: bounded attempts, a back-off, a budget (DESIGN 5.5). */
export function stepOptions(input: SagaInput, options: CallOptions): ActivityOptions {
  const { timing } = input;
  return {
    activityId: options.activityId,
    summary: options.summary,
    startToCloseTimeout: timing.attemptTimeoutMs,
    scheduleToCloseTimeout: timing.retryBudgetMs,
    retry: {
      initialInterval: timing.firstBackoffMs,
      backoffCoefficient: BACKOFF,
      maximumInterval: timing.maxBackoffMs,
    },
    // A cancelled saga waits for the attempt's end, so that its outcome is known to the undo.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    priority: { fairnessKey: input.tenant },
    ...(options.queue === undefined ? {} : { taskQueue: options.queue }),
  };
}

export function createCall<A>(input: SagaInput, options: CallOptions): Call<A> {
  const activities = proxyActivities<AnyActivities>(stepOptions(input, options));
  const call = async (activity: string, ...args: unknown[]): Promise<unknown> => {
    const result = await activities[activity]?.(...args);
    if (!isAttempted(result)) return result;
    options.onAttempt?.(result.attempt);
    return result.value;
  };
  return call as Call<A>;
}

/** A step without a value comes back as `{ attempt }` alone: JSON drops what is undefined. */
function isAttempted(result: unknown): result is Attempted<unknown> {
  return typeof result === 'object' && result !== null && 'attempt' in result;
}
