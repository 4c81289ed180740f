import {
  ActivityFailure,
  ApplicationFailure,
  defaultPayloadConverter,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Payload } from '@temporalio/workflow';
import type { SagaReason } from '../../domain/operation.ts';
import { CANCELLED, COMMAND_REFUSED, PARKED_TOO_LONG, UNWOUND_BY_OPERATOR } from './contract.ts';

/** The failure that an activity reported itself, under the layers that Temporal puts around. */
function reported(error: unknown): ApplicationFailure | undefined {
  let cause = error;
  while (cause instanceof ActivityFailure) cause = cause.cause;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

/** Permanent: unwinds before the pivot. Activities say so by a failure that is not retried. */
export function isPermanent(error: unknown): boolean {
  return reported(error)?.nonRetryable === true;
}

/** A first attempt that was refused did nothing; every other failure may take effect late. */
export function mayTakeEffectLate(error: unknown): boolean {
  const failure = reported(error);
  return failure?.nonRetryable !== true || failure.details?.[0] !== 1;
}

/** The budget ended in the middle of an attempt, which goes on until its own time is over. */
export function mayStillRun(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_CLOSE';
}

/** Closed code and sentence for the row, the UI and the API. */
export function reasonOf(step: string, error: unknown): SagaReason {
  if (isCancellation(error)) return { step, code: CANCELLED, message: 'It was cancelled.' };
  const { type, message } = reported(error) ?? lastBefore(error) ?? {};
  const code = type ?? 'timeout';
  return { step, code, message: message ?? 'No attempt ended within its time.' };
}

/** A budget that ends names the last attempt's failure; the SDK leaves it in the raw message. */
function lastBefore(error: unknown): { type: string; message: string } | undefined {
  const timeout = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(timeout instanceof TimeoutFailure)) return undefined;
  const { message, applicationFailureInfo, encodedAttributes } = timeout.failure?.cause ?? {};
  const type = applicationFailureInfo?.type;
  const encoded = encodedAttributes && fromPayload(encodedAttributes);
  return type ? { type, message: encoded?.message ?? message ?? '' } : undefined;
}

/** Where the codec seals failures, their words are a payload (`encodeCommonAttributes`). */
const fromPayload = (payload: Payload) =>
  defaultPayloadConverter.fromPayload<{ message?: string } | undefined>(payload);

export function unwoundByOperator(): ApplicationFailure {
  return ApplicationFailure.nonRetryable('An operator asked to unwind.', UNWOUND_BY_OPERATOR);
}

export function parkedTooLong(): ApplicationFailure {
  return ApplicationFailure.nonRetryable('It was parked beyond the limit.', PARKED_TOO_LONG);
}

export function commandRefused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, COMMAND_REFUSED);
}
