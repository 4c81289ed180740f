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
