import type { SuspensionActivities } from '../freeze-tenant/contract.ts';
import type { Attempted, CommittedFact, SagaRef } from '../shared/contract.ts';

/**
 * Workflow id: `offboardTenant/<operation id>`. Input: `SagaInput`. Output: none. Update and
 * signal: `REVOKE`, told {@link RevokeTold}.
 */
export const OFFBOARD_TENANT = 'offboardTenant';

/** Which offboarding shall be taken back. */
export interface RevokeTold {
  readonly operation: string;
}

/** `atMs`: the saga's clock, the same in each retry. */
export interface OffboardingActivities extends SuspensionActivities {
  /** Keeps rows and facts, with proofs, where the tenant can fetch them. */
  exportTenant(ref: SagaRef): Promise<Attempted<void>>;
  discardExport(ref: SagaRef): Promise<Attempted<void>>;
  /** No facts: the tenant was frozen before. */
  commitOffboarding(ref: SagaRef, atMs: number): Promise<Attempted<readonly CommittedFact[]>>;
  /** Others may work on the tenant while it is only waited for. */
  releaseTenant(ref: SagaRef): Promise<Attempted<void>>;
  /** From here on the tenant is this saga's again; the rule is asked once more. */
  commitRetentionEnd(
    ref: SagaRef,
    end: { readonly atMs: number; readonly revoked: boolean },
  ): Promise<Attempted<readonly CommittedFact[]>>;
  /** `thaws`: it was open before. */
  commitRevocation(
    ref: SagaRef,
    end: { readonly atMs: number; readonly thaws: boolean },
  ): Promise<Attempted<readonly CommittedFact[]>>;
  eraseDns(ref: SagaRef): Promise<Attempted<void>>;
  eraseRoute(ref: SagaRef): Promise<Attempted<void>>;
  eraseIdentity(ref: SagaRef): Promise<Attempted<void>>;
  eraseDatabase(ref: SagaRef): Promise<Attempted<void>>;
  /** Export, secrets, personal data of rows, and the key of what sagas have told. */
  eraseRecords(ref: SagaRef): Promise<Attempted<void>>;
  /** Rejects while anything outside still bears the tenant's mark. */
  assureNoResidue(ref: SagaRef): Promise<Attempted<void>>;
  commitArchive(ref: SagaRef, atMs: number): Promise<Attempted<readonly CommittedFact[]>>;
}
