import type { Context, Info } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { FailedAttempt, Metrics } from '../ports/metrics.ts';

/** From here on a retry is worth a look. */
const LONG_MS = 5 * 60_000;

/** `undo-dns`, `probe-dns-3`, `until-mail-1`; the step's own activity has its bare name. */
const AROUND_A_STEP = /^(undo|probe|until)-(.+?)(?:-\d+)?$/;
const AROUND = ['undo', 'probe', 'until'] as const;
/** Ids that Temporal numbers: what writes the saga's row. */
const NUMBERED = /^\d+$/;

/** Counts attempts that fail, of every activity there is. */
export function watchAttempts(
  metrics: Pick<Metrics, 'recordFailedAttempt'>,
): ActivityInterceptorsFactory {
  return ({ info }: Context) => ({
    inbound: {
      execute: async (input, next) => {
        try {
          return await next(input);
        } catch (error) {
          metrics.recordFailedAttempt(describeAttempt(info, error, Date.now()));
          throw error;
        }
      },
    },
  });
}

type AttemptInfo = Pick<Info, 'activityId' | 'activityType' | 'scheduledTimestampMs'>;

export function describeAttempt(info: AttemptInfo, error: unknown, nowMs: number): FailedAttempt {
  const { activityId, activityType, scheduledTimestampMs } = info;
  const [, around, step = activityId] = AROUND_A_STEP.exec(activityId) ?? [];
  const code = error instanceof ApplicationFailure ? (error.type ?? 'internal') : 'internal';
  const long = nowMs - scheduledTimestampMs > LONG_MS;
  if (NUMBERED.test(activityId)) return { phase: 'row', step: activityType, code, long };
  const phase = AROUND.find((known) => known === around) ?? 'step';
  return { phase, step, code, long };
}
