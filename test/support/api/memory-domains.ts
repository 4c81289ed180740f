import type { CustomDomain } from '../../../domain/custom-domain.ts';
import type { DomainStore } from '../../../ports/domain-store.ts';
import type { AcceptRequest } from '../../../ports/registry-store.ts';

/** What the API's routes ask of domains, over rows that a test may change. */
export function createMemoryDomains(rows: Map<string, CustomDomain>): DomainStore {
  const ofTenant = (tenant: string) => [...rows.values()].filter((row) => row.tenant === tenant);
  return {
    findDomain: async (tenant, id) => ofTenant(tenant).find((row) => row.id === id),
    listDomains: async ({ tenant, after, limit }) =>
      ofTenant(tenant)
        .filter((row) => after === undefined || row.claimedAtMs < after.claimedAtMs)
        .toSorted((a, b) => b.claimedAtMs - a.claimedAtMs)
        .slice(0, limit),
    listDomainsIn: () => Promise.resolve([]),
    findDomainOwner: () => Promise.resolve(undefined),
    takeDomain: () => Promise.resolve(false),
    listLostTo: () => Promise.resolve([]),
    expireDomain: () => Promise.resolve(),
  };
}

export function claimedDomain(
  { operation: { id, tenant }, nowMs }: AcceptRequest,
  { name }: NonNullable<AcceptRequest['newDomain']>,
): CustomDomain {
  return {
    ...{ id, tenant, name, state: 'claimed', claimedAtMs: nowMs },
    ...{ provenAtMs: null, endedAtMs: null, lostTo: null },
  };
}
