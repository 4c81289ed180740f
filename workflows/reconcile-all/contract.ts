import type { Attempted, SagaRef } from '../shared/contract.ts';

/** Workflow id: `reconcileAll/<operation id>`. Input: `SagaInput`. Output: none. */
export const RECONCILE_ALL = 'reconcileAll';

/** How long something must have been out of place before it is taken for lost. */
export interface ReconcilePatience {
  readonly orphanMs: number;
  readonly lostSagaMs: number;
}

export interface ReconcileAllActivities {
  /** Looks at everything and keeps the plan; what there is to do. `nowMs`: the saga's clock. */
  examineAll(
    ref: SagaRef,
    patience: ReconcilePatience,
    nowMs: number,
  ): Promise<Attempted<{ orphans: boolean; sagas: boolean }>>;
  mendSagas(ref: SagaRef, nowMs: number): Promise<Attempted<void>>;
  removeOrphans(ref: SagaRef): Promise<Attempted<void>>;
  beginTenants(ref: SagaRef): Promise<Attempted<void>>;
  verifyAll(ref: SagaRef, patience: ReconcilePatience, nowMs: number): Promise<Attempted<void>>;
}
