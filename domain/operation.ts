/** One accepted request that changes something; it has an id, a tenant and one saga (DESIGN 1). */
export const OPERATION_KINDS = [
  'provisionTenant',
  'changeMembership',
  'freezeTenant',
  'unfreezeTenant',
  'inviteMember',
  'addDomain',
  'removeDomain',
  'reconcileTenant',
  'reconcileAll',
  'changePlan',
  'answerProductRequest',
  'runTrial',
  'offboardTenant',
  'moveTenant',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/**
 * Whether an operation of the kind holds the tenant's lock from its acceptance on (DESIGN 4.1).
 * Those that do not are compatible with every other: the rule in each of their commits decides.
 */
export const HOLDS_TENANT_LOCK: Readonly<Record<OperationKind, boolean>> = {
  provisionTenant: true,
  // An outage must not delay a revocation: not that of what another change waits for.
  changeMembership: false,
  freezeTenant: true,
  unfreezeTenant: true,
  // It waits for a person for days.
  inviteMember: false,
  // It waits for a record in somebody's zone for days.
  addDomain: false,
  removeDomain: true,
  reconcileTenant: true,
  reconcileAll: true,
  changePlan: true,
  answerProductRequest: true,
  runTrial: false,
  // Released for its retention, and taken again after that.
  offboardTenant: true,
  moveTenant: true,
};

/**
 * Kinds that a tenant asks for by the thousand. Their start may wait for its turn, since none of
 * them takes a right away: a revocation waits for nobody.
 */
export const IN_TURNS: readonly OperationKind[] = ['inviteMember'];

/**
 * Sagas of one tenant that are at work at once, of those kinds: more are started in turns, each
 * second as many as have room. So few that others hardly feel it where there are two cores.
 */
export const MAX_AT_WORK = 2;

/**
 * `accepted` (row written, saga not started) -> `running` <-> `parked` -> `done`, or
 * `unwinding` -> `unwound`. `waiting` is no fault: for people, or for a date.
 */
export const SAGA_STATES = [
  'accepted',
  'running',
  'waiting',
  'parked',
  'unwinding',
  'unwound',
  'done',
] as const;
export type SagaState = (typeof SAGA_STATES)[number];

export function isEnded(state: SagaState): boolean {
  return state === 'done' || state === 'unwound';
}

export const STEP_STATES = [
  'pending',
  'running',
  'waiting',
  'done',
  'skipped',
  'failed',
  'parked',
  'undone',
] as const;

/** One line of the live checklist. Times are milliseconds since the Unix epoch. */
export interface StepProgress {
  readonly name: string;
  readonly state: (typeof STEP_STATES)[number];
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
}

/** The step that a saga is at: it runs, waits for people or a date, or has stopped. */
export function currentStep(steps: readonly StepProgress[]): StepProgress | undefined {
  return steps.find(({ state }) => AT_WORK.has(state));
}

const AT_WORK: ReadonlySet<StepProgress['state']> = new Set(['running', 'waiting', 'parked']);

/** Why a saga waits or was unwound: a closed code and the step it concerns. */
export interface SagaReason {
  readonly step: string;
  /** `<port>.<PortErrorCode>`, a domain error code, `cancelled` or `unwound-by-operator`. */
  readonly code: string;
  /** One sentence, free of personal data and secrets. */
  readonly message: string;
}
