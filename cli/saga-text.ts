import type { SagaBody } from './api-types.ts';
import { formatFields, formatTable } from './format.ts';

/** A saga as an operator reads it: what it works on, its checklist, why it waits, what to do. */
export function formatSaga(saga: SagaBody): string {
  const settled = saga.live || saga.state === 'done' || saga.state === 'unwound';
  const fields: [string, string][] = [
    ['saga', saga.id],
    ['kind', saga.kind],
    ['tenant', saga.tenant],
    ['state', settled ? saga.state : `${saga.state} (as last recorded)`],
    ...(saga.inviteLink === undefined ? [] : [['invite', saga.inviteLink] as [string, string]]),
  ];
  const steps = saga.steps.map(({ name, state, ms }) => [
    name,
    state,
    ms === null ? '' : `${ms} ms`,
  ]);
  const parts = [formatFields(fields)];
  if (steps.length > 0) parts.push(formatTable(['STEP', 'STATE', 'TIME'], steps));
  if (saga.reason !== null) parts.push(formatReason(saga));
  return parts.join('\n\n');
}

/** One sentence of why, one of what to do. */
export function formatReason({ state, reason }: SagaBody): string {
  if (reason === null) return '';
  return `${state} at ${reason.step} (${reason.code}): ${reason.message}\n${reason.whatToDo}`;
}
