import type { CustomDomain, DomainState } from '../domain/custom-domain.ts';

/** Which row. */
export type DomainRef = Pick<CustomDomain, 'tenant' | 'id'>;

/**
 * Custom domains after they were asked for (`OperationStore.accept` writes them); `addDomain` and
 * `removeDomain` commit the rest. Durability, consistency and retries are those of the registry
 * store.
 */
export interface DomainStore {
  findDomain(tenant: string, id: string): Promise<CustomDomain | undefined>;
  /** Newest first, by (claimedAt, id); `after` is the last row's pair. */
  listDomains(query: {
    tenant: string;
    after?: { claimedAtMs: number; id: string };
    limit: number;
  }): Promise<readonly CustomDomain[]>;
  /** Of those that are `active` the routes stand. */
  listDomainsIn(tenant: string, states: readonly DomainState[]): Promise<readonly CustomDomain[]>;
  /** Who has the name now, in a state of `OWNING_STATES`, whichever tenant that is. */
  findDomainOwner(name: string): Promise<CustomDomain | undefined>;
  /**
   * `claimed` -> `proven`, and with it `active` -> `lost` of `from`, in one transaction. False, and
   * nothing is changed: another one has the name by now, `from` is not active or an operation holds
   * its tenant, or the claim has ended. Repeatable.
   */
  takeDomain(claim: DomainRef, from: DomainRef | undefined, nowMs: number): Promise<boolean>;
  /** Which tenants lost the name to this claim. */
  listLostTo(claim: string): Promise<readonly CustomDomain[]>;
  /** The undo of its acceptance: `claimed` or `proven` -> `expired`. Repeatable. */
  expireDomain(tenant: string, id: string, nowMs: number): Promise<void>;
}
