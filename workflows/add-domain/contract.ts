import type { Attempted, SagaRef } from '../shared/contract.ts';

/**
 * Workflow id: `addDomain/<operation id>`, which is the domain's id as well. Input: `SagaInput`.
 * Output: none. Update and signal: `LOOK`, told {@link DomainTold}.
 */
export const ADD_DOMAIN = 'addDomain';

/** No attempt saw the record in the time that a claim has. */
export const DOMAIN_UNPROVEN = 'domain-unproven';

export interface DomainTold {
  readonly domain: string;
}

export interface DomainActivities {
  /** True: the record is there, and the name is this tenant's. `atMs`: the saga's clock. */
  proveDomain(ref: SagaRef, atMs: number): Promise<Attempted<boolean>>;
  /** Takes away the routes of those who lost the name to this claim. */
  vacateDomain(ref: SagaRef): Promise<Attempted<void>>;
  routeDomain(ref: SagaRef): Promise<Attempted<void>>;
  unrouteDomain(ref: SagaRef): Promise<Attempted<void>>;
  /** `atMs`: the saga's clock, the same in each retry. */
  commitDomain(ref: SagaRef, atMs: number): Promise<Attempted<void>>;
}
