import type { System } from '../domain/offboarding.ts';
import type { Isolation } from '../domain/isolation.ts';
import type { Dns } from '../ports/dns.ts';
import type { IdentityProvider, InventoryItem } from '../ports/identity-provider.ts';
import type { Routes } from '../ports/routes.ts';
import type { TenantDatabase } from '../ports/tenant-database.ts';
import { ResidueError } from './errors.ts';

/** How many leftovers are named at most. */
const NAMED = 5;

export interface ResiduePorts {
  readonly identity: Readonly<Record<Isolation, Pick<IdentityProvider, 'inventory'>>>;
  readonly databases: Pick<TenantDatabase, 'inventory'>;
  readonly routes: Pick<Routes, 'inventory'>;
  readonly dns: Pick<Dns, 'inventory'>;
}

/**
 * Resolves when no system has anything that carries the tenant's mark, or its UUID for a name: by
 * what each system lists itself, whatever we know of names and of what was removed. Rejects with
 * `ResidueError`, or with `PortError` where nobody could look.
 */
export async function assureNoResidue(
  ports: ResiduePorts,
  tenant: string,
  signal: AbortSignal,
): Promise<void> {
  const systems: Readonly<Record<System, readonly Pick<Dns, 'inventory'>[]>> = {
    // A tenant may have been in the other mode before.
    identity: [...new Set([ports.identity.silo, ports.identity.pool])],
    database: [ports.databases],
    route: [ports.routes],
    dns: [ports.dns],
  };
  const left: string[] = [];
  for (const [system, adapters] of Object.entries(systems))
    for (const adapter of adapters)
      for (const item of await adapter.inventory(signal))
        if (isLeft(item, tenant)) left.push(`${system} ${item.name}`);
  if (left.length === 0) return;
  const more = left.length > NAMED ? ` and ${left.length - NAMED} more` : '';
  throw new ResidueError(`Still there: ${left.slice(0, NAMED).join(', ')}${more}.`);
}

/** Without a mark a name by UUID is ours: a crash came between object and mark. */
function isLeft(item: InventoryItem, tenant: string): boolean {
  return item.tenant === undefined ? item.name.includes(tenant) : item.tenant === tenant;
}
