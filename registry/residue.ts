import type { System } from '../domain/offboarding.ts';
import type { Isolation } from '../domain/isolation.ts';
import type { Dns } from '../ports/dns.ts';
import type { IdentityProvider, InventoryItem } from '../ports/identity-provider.ts';
import { isMine } from '../ports/owner-mark.ts';
import type { Whose } from '../ports/owner-mark.ts';
import type { Routes } from '../ports/routes.ts';
import type { TenantDatabase } from '../ports/tenant-database.ts';
import type { LogIdentity } from './commit.ts';
import { ResidueError } from './errors.ts';

export interface ResiduePorts {
  readonly identity: Readonly<Record<Isolation, Pick<IdentityProvider, 'inventory'>>>;
  readonly databases: Pick<TenantDatabase, 'inventory'>;
  readonly routes: Pick<Routes, 'inventory'>;
  readonly dns: Pick<Dns, 'inventory'>;
  readonly log: LogIdentity;
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
  const whose = { registry: ports.log.log, tenant };
  const left = new Map<string, string[]>();
  for (const [system, adapters] of Object.entries(systems))
    for (const adapter of adapters)
      for (const item of await adapter.inventory(signal))
        if (isLeft(item, whose)) left.set(system, [...(left.get(system) ?? []), item.name]);
  if (left.size === 0) return;
  const counted = [...left].map(([system, names]) => `${names.length} in ${system}`).join(', ');
  // A domain's name may be a person's: the message stays for ever, the cause is for the log.
  throw new ResidueError(`Still there: ${counted}.`, { cause: Object.fromEntries(left) });
}

/** Without any mark a name by UUID is ours: a crash came between object and mark. */
function isLeft({ name, owner }: InventoryItem, whose: Whose): boolean {
  return owner === undefined ? name.includes(whose.tenant) : isMine(whose, owner);
}
