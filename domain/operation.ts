/** One accepted request that changes something; it has an id, a tenant and one saga (DESIGN 1). */
export const OPERATION_KINDS = ['provisionTenant', 'changeMembership'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/**
 * `accepted` (row written, saga not started) -> `running` <-> `parked` -> `done`, or
 * `unwinding` -> `unwound`.
 */
export const SAGA_STATES = [
  'accepted',
  'running',
  'parked',
  'unwinding',
  'unwound',
  'done',
] as const;
export type SagaState = (typeof SAGA_STATES)[number];

export function isEnded(state: SagaState): boolean {
  return state === 'done' || state === 'unwound';
}

/** One line of the live checklist. Times are milliseconds since the Unix epoch. */
export interface StepProgress {
  readonly name: string;
  readonly state: 'pending' | 'running' | 'done' | 'failed' | 'parked' | 'undone';
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
}

/** Why a saga waits or was unwound: a closed code and the step it concerns. */
export interface SagaReason {
  readonly step: string;
  /** `<port>.<PortErrorCode>`, a domain error code, `cancelled` or `unwound-by-operator`. */
  readonly code: string;
  /** One sentence, free of personal data and secrets. */
  readonly message: string;
}
