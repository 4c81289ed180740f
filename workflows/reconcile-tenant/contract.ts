import type { Place, System } from '../../domain/reconcile/finding.ts';
import type { Attempted, SagaRef } from '../shared/contract.ts';

/** Workflow id: `reconcileTenant/<operation id>`. Input: `SagaInput`. Output: none. */
export const RECONCILE_TENANT = 'reconcileTenant';

export interface ReconcileActivities {
  /** Looks everywhere and keeps the plan; where something is to be mended. */
  examineTenant(ref: SagaRef): Promise<Attempted<readonly Place[]>>;
  mendSystem(ref: SagaRef, system: System): Promise<Attempted<void>>;
  /** `atMs`: the saga's clock, the same in each retry. */
  mendRows(ref: SagaRef, atMs: number): Promise<Attempted<void>>;
  /** Looks again, and keeps what became of each finding. */
  verifyTenant(ref: SagaRef, atMs: number): Promise<Attempted<void>>;
}
