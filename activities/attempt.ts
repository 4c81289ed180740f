import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { PortError } from '../ports/call.ts';
import { StoreError } from '../ports/registry-store.ts';
import { RefusedError, ResidueError } from '../registry/errors.ts';
import type { Attempted } from '../workflows/shared/contract.ts';

/** An attempt stops this long before its `startToClose`, to report its own outcome. */
const REPORT_MARGIN_MS = 1_000;
/** Short attempts (tests) keep nine tenths of their time. */
const REPORT_MARGIN_SHARE = 0.1;

/** For the log only: the cause may hold what must not stand in Temporal. */
export type Report = (message: string, cause: unknown) => void;

/** One attempt of a step: a deadline for the outside request, and its failure in closed codes. */
export async function attempt<T>(
  report: Report,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Attempted<T>> {
  const { info, cancellationSignal } = Context.current();
  const limitMs = info.startToCloseTimeoutMs;
  const marginMs = Math.min(REPORT_MARGIN_MS, limitMs * REPORT_MARGIN_SHARE);
  const deadline = AbortSignal.timeout(Math.floor(limitMs - marginMs));
  const signal = AbortSignal.any([cancellationSignal, deadline]);
  try {
    return { attempt: info.attempt, value: await work(signal) };
  } catch (error) {
    report(
      `${info.activityId}, attempt ${info.attempt} of ${info.workflowExecution?.workflowId}`,
      error,
    );
    throw failureOf(error, info.attempt);
  }
}

/** A probe: whatever is wrong, it is asked again. */
export async function probeOnce(
  report: Report,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  try {
    await attempt(report, work);
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    const { type, message } = error;
    throw ApplicationFailure.create({ type: type ?? 'internal', message });
  }
}

/** Codes and our own sentences only; the cause stays in the log (DESIGN 5.11). */
function failureOf(error: unknown, attemptNumber: number): ApplicationFailure {
  const { type, message, permanent } = describe(error);
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: permanent,
    details: [attemptNumber],
  });
}

function describe(error: unknown): { type: string; message: string; permanent: boolean } {
  if (error instanceof PortError) {
    const type = `${error.port}.${error.code}`;
    return { type, message: error.message, permanent: error.permanent };
  }
  if (error instanceof RefusedError)
    return { type: error.code, message: error.message, permanent: true };
  // Who looks again finds nothing once somebody has removed it.
  if (error instanceof ResidueError)
    return { type: error.code, message: error.message, permanent: false };
  if (error instanceof StoreError) {
    const permanent = error.code === 'undo-refused' || error.code === 'operation-barred';
    const isTold = permanent || error.code === 'tenant-busy';
    const message = isTold ? error.message : 'The registry’s database does not take it now.';
    return { type: error.code, message, permanent };
  }
  // A bug must not take a customer down: the saga parks, and a person reads the log.
  return {
    type: 'internal',
    message: 'An internal error; the worker’s log has it.',
    permanent: false,
  };
}
