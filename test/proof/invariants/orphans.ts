import { PLATFORM_TENANT } from '../../../facts/core/types.ts';
import type { InventoryItem } from '../../../ports/identity-provider.ts';
import { isMine, tenantOf } from '../../../ports/owner-mark.ts';
import type { Whose } from '../../../ports/owner-mark.ts';
import type { ProofWorld } from '../world.ts';
import { select } from './subject.ts';
import type { Findings, Subject } from './subject.ts';

/** States in which a tenant has its objects outside. */
const THERE: ReadonlySet<string> = new Set(['trial', 'active', 'frozen']);
const INVENTORY_WITHIN_MS = 30_000;

interface TenantRow {
  readonly id: string;
  readonly slug: string;
  readonly state: string;
  /** Custom domains that are active: each has a route. */
  readonly domains: number;
}

const COLUMNS = `id, slug, state, (select count(*)::int from domains
  where domains.tenant = tenants.id and domains.state = 'active') as domains`;

/** I1: the tenant has each of its objects once, and a route for each of its domains, or, when it is not there, none. */
export async function ownObjects(world: ProofWorld, { operation }: Subject): Findings {
  const rows = await select<TenantRow>(
    world,
    `select ${COLUMNS} from tenants where id = $1`,
    operation.tenant,
  );
  return disagreements(registryOf(world), rows, await inventories(world));
}

/** I1, both ways: all objects are those of the tenants that are there. */
export async function allObjects(world: ProofWorld): Findings {
  const rows = await select<TenantRow>(
    world,
    `select ${COLUMNS} from tenants where id <> $1`,
    PLATFORM_TENANT,
  );
  const found = await inventories(world);
  const known = new Set(rows.map(({ id }) => id));
  const strange = found.filter(({ owner, name }) =>
    owner === undefined
      ? !world.foreign.includes(name)
      : !known.has(tenantOf(registryOf(world), owner) ?? 'of another registry'),
  );
  return [
    ...disagreements(registryOf(world), rows, found),
    ...strange.map(({ port, name }) => `${port} ${name} belongs to no tenant`),
  ];
}

function disagreements(
  registry: string,
  tenants: readonly TenantRow[],
  found: readonly Found[],
): string[] {
  return tenants.flatMap(({ id, slug, state, domains }) => {
    return PORTS.flatMap((port) => {
      const each = port === 'route' ? 1 + domains : 1;
      const wanted = THERE.has(state) ? each : 0;
      const own = found.filter(
        (item) => item.port === port && isOf(item, { registry, tenant: id }, slug),
      );
      if (own.length === wanted) return [];
      return [`${state} tenant ${id} has ${own.length} objects in ${port}, not ${wanted}`];
    });
  });
}

/** By its mark; without one, by its name: we made it and forgot the mark. */
function isOf({ owner, name }: InventoryItem, whose: Whose, slug: string): boolean {
  if (owner !== undefined) return isMine(whose, owner);
  return name.includes(whose.tenant) || name.includes(slug);
}

const registryOf = ({ stack }: ProofWorld): string => stack.reader.log;

const PORTS = ['identity', 'database', 'route', 'dns'] as const;

interface Found extends InventoryItem {
  readonly port: (typeof PORTS)[number];
}

/** Everything outside that can be seen, ours or not, read past the registry. */
async function inventories(world: ProofWorld): Promise<Found[]> {
  const { identity, databases, routes, dns } = world.outside();
  const identities = [...new Set([identity.silo, identity.pool])];
  const ports = { identity: identities, database: [databases], route: [routes], dns: [dns] };
  const signal = AbortSignal.timeout(INVENTORY_WITHIN_MS);
  const lists = await Promise.all(
    PORTS.map(async (port) => {
      const lists = await Promise.all(ports[port].map((adapter) => adapter.inventory(signal)));
      return lists.flat().map((item) => ({ ...item, port }));
    }),
  );
  return lists.flat();
}
