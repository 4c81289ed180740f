import type { SagaReason, SagaState, StepProgress } from './operation.ts';
import type { MembershipChangeName } from './membership-change.ts';
import type { SagaTiming } from './saga-timing.ts';

/** Words that sagas, their engine's adapter and the Temporal UI share. Free of personal data. */

/** Search attributes, all keywords (DESIGN 5.9). */
export const TENANT_ID = 'TenantId';
/** These two are set on a change of state only: each write costs. */
export const SAGA_STATE = 'SagaState';
export const SAGA_STEP = 'SagaStep';

/** Query. */
export const STATE = 'state';
/** Updates, and signals with the same rules for callers that must not wait. */
export const RESUME = 'resume';
export const UNWIND = 'unwind';

/** Queue of sagas and ordinary steps: a step on the saga's own queue is dispatched eagerly. */
export const SAGA_QUEUE = 'tenure';

/** The doctor's schedule in Temporal, and the workflow that it starts. */
export const RECONCILE_SCHEDULE = 'reconcile';
export const RECONCILE_WORKFLOW = 'beginReconcileAll';

/** Which tenant and operation a step works for: all that inputs carry beside closed codes. */
export interface SagaRef {
  readonly operation: string;
  readonly tenant: string;
}

/** Which of its ways a saga goes, where its table has several. */
export type SagaWay = MembershipChangeName;

/** The input of every saga. Names, addresses and secrets stay in the operation's row. */
export interface SagaInput extends SagaRef {
  readonly timing: SagaTiming;
  readonly way?: SagaWay;
}

/** Where a saga stands: what the row keeps, and the checklist in the Temporal UI shows. */
export interface Checklist {
  readonly state: SagaState;
  readonly reason: SagaReason | null;
  readonly steps: readonly StepProgress[];
}

/** What query `state` answers. */
export interface SagaView extends Checklist {
  /** Whether cancel and unwind are still accepted: it is before its pivot. */
  readonly mayUnwind: boolean;
}
