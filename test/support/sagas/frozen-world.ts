import type { Tenant } from '../../../domain/tenant.ts';
import type { Operation } from '../../../ports/registry-store.ts';
import type { memoryOutside } from '../saga-outside.ts';
import type { World } from '../saga-world.ts';

type Memory = ReturnType<typeof memoryOutside>;

/** What the tests of freezing need of a world, whose outside is in memory. */
export type FreezableWorld = Pick<World, 'api' | 'database' | 'ended' | 'provision'>;

/** An active tenant, or a trial: no saga makes one here, so its row is told. */
export async function madeTenant(
  world: FreezableWorld,
  state: 'active' | 'trial' = 'active',
): Promise<Tenant> {
  const { tenant }: Operation = await world.ended(await world.provision());
  await world.database.admin.query('update tenants set state = $2 where id = $1', [tenant, state]);
  return rowOf(world, tenant);
}

export async function rowOf({ api }: FreezableWorld, tenant: string): Promise<Tenant> {
  const row = await api.tenants.findTenant(tenant);
  if (row === undefined) throw new Error(`no tenant ${tenant}`);
  return row;
}

/** Every object outside that bears the tenant's name, whole. */
export function objectsOf({ memory, routes, dns }: Memory, { slug, host }: Tenant) {
  return { identity: memory.find(slug), route: routes.find(slug), dns: dns.find(host) };
}

/** The states that the tenant's facts told, in their order. */
export async function toldStates({ database }: FreezableWorld, { id }: Tenant): Promise<string[]> {
  const { rows } = await database.admin.query<{ payload: Buffer }>(
    'select payload from facts where tenant = $1 order by seq',
    [id],
  );
  return rows.flatMap(({ payload }) => {
    const { kind, body } = JSON.parse(payload.toString('utf8')) as Told;
    return kind === 'tenant' ? [body.state] : [];
  });
}

interface Told {
  readonly kind: string;
  readonly body: { readonly state: string };
}
