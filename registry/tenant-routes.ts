import type { Tenant } from '../domain/tenant.ts';
import type { DomainStore } from '../ports/domain-store.ts';
import { routeOfDomain } from '../ports/routes.ts';
import type { RouteRequest } from '../ports/routes.ts';

/** Every way in that a tenant has: its own host, and each custom domain that is active. */
export async function routesOfTenant(
  { domains }: { readonly domains: Pick<DomainStore, 'listDomainsIn'> },
  { id, slug, host }: Pick<Tenant, 'id' | 'slug' | 'host'>,
): Promise<readonly RouteRequest[]> {
  const active = await domains.listDomainsIn(id, ['active']);
  return [{ slug, host }, ...active.map(({ name }) => routeOfDomain(name))];
}
