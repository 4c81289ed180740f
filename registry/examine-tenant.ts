import type { TenantView } from '../domain/decision.ts';
import type { Finding, System } from '../domain/reconcile/finding.ts';
import type { Observation } from '../domain/reconcile/observation.ts';
import { isThere, planTenant } from '../domain/reconcile/plan.ts';
import { liveFacts, planRows, statedTenant } from '../domain/reconcile/rows.ts';
import type { Tenant } from '../domain/tenant.ts';
import { parsePayload } from '../facts/core/payload.ts';
import type { Fact } from '../facts/core/types.ts';
import type { Call } from '../ports/call.ts';
import type { ReconcileTransaction } from '../ports/reconcile-store.ts';
import { StoreError } from '../ports/registry-store.ts';
import { routeOfDomain } from '../ports/routes.ts';
import { look, type DoctorPorts } from './doctor-ports.ts';
import { RefusedError } from './errors.ts';
import { identityShapeOf } from './identity-request.ts';
import { routesOfTenant } from './tenant-routes.ts';

/** Looks at one tenant everywhere; changes nothing. */
export async function examineTenant(ports: DoctorPorts, call: Call): Promise<Finding[]> {
  const { tenant: id } = call.owner;
  const known = await readTenant(ports, id);
  // What is wanted is not known: nothing can be said to be wrong.
  if (known === undefined) return [unsigned(id)];
  const { tenant: desired, rows } = known;
  const see = (work: (own: Call) => Promise<Observation>) =>
    look(ports, call.signal, (signal) => work({ ...call, signal }));
  const [identity, database, route, dns] = await Promise.all([
    see((own) => observeIdentity(ports, desired, own)),
    see((own) => ports.databases.observe(own)),
    see((own) => ports.routes.observe(desired, own)),
    see((own) => ports.dns.observe(desired.host, own)),
  ]);
  const domains = await Promise.all(
    (await ports.domains.listDomainsIn(id, ['active'])).map(async ({ name }) => ({
      ...{ name, seen: await see((own) => ports.routes.observe(routeOfDomain(name), own)) },
    })),
  );
  return [...planTenant(desired, { identity, database, route, dns }, domains), ...rows];
}

/** Brings what is ours, in one system, to what is wanted. Repeatable. */
export async function mendSystem(ports: DoctorPorts, place: System, call: Call): Promise<void> {
  const known = await readTenant(ports, call.owner.tenant);
  if (known === undefined) throw new StoreError('store-unavailable', 'Facts are not signed yet.');
  const { tenant } = known;
  if (tenant.state === 'frozen') return closeSystem(ports, tenant, place, call);
  switch (place) {
    case 'identity':
      return mendIdentity(ports, tenant, call);
    case 'database':
      return void (await ports.databases.ensure(call));
    case 'route':
      for (const route of await routesOfTenant(ports, tenant))
        await ports.routes.ensure(route, call);
      return;
    case 'dns':
      return ports.dns.ensure(tenant.host, call);
  }
}

/** To make anything of a frozen tenant anew would open it. */
async function closeSystem(ports: DoctorPorts, tenant: Tenant, place: System, call: Call) {
  if (place === 'identity') return ports.identity[tenant.isolation].suspend(tenant.slug, call);
  if (place !== 'route') throw new RefusedError('tenant-state', 'The tenant is frozen.');
  for (const route of await routesOfTenant(ports, tenant)) await ports.routes.suspend(route, call);
}

/** The tenant as its facts have it, and which of its rows say something else. */
async function readTenant(ports: DoctorPorts, id: string) {
  const known = await withChain(ports, id, (_transaction, { held, live }) => {
    const rows = planRows(id, held, live);
    return Promise.resolve({ tenant: statedTenant(rows, held, live), rows });
  });
  return known && { tenant: assureThere(known.tenant), rows: known.rows };
}

function unsigned(tenant: string): Finding {
  const reason = { code: 'facts-unsigned', step: 'registry' };
  return { place: 'registry', code: 'unseen', name: 'facts', tenant, repair: null, reason };
}

/** The sequencer signs within milliseconds. */
const CHAIN_LOOKS = 5;
const CHAIN_PAUSE_MS = 100;

/**
 * All that the registry holds of the tenant beside what its whole chain says, under its head lock;
 * undefined when the sequencer is away, and some of it is not signed.
 */
export async function withChain<T>(
  { reconcile }: Pick<DoctorPorts, 'reconcile'>,
  tenant: string,
  work: (transaction: ReconcileTransaction, known: Known) => Promise<T>,
): Promise<T | undefined> {
  for (let looks = 1; looks <= CHAIN_LOOKS; looks += 1) {
    const done = await reconcile.transact(tenant, async (transaction) => {
      const known = await readKnown(transaction, tenant);
      return known && { value: await work(transaction, known) };
    });
    if (done !== undefined) return done.value;
    await new Promise((resolve) => setTimeout(resolve, CHAIN_PAUSE_MS));
  }
  return undefined;
}

interface Known {
  readonly held: TenantView;
  readonly live: ReadonlyMap<string, Fact>;
}

async function readKnown(
  transaction: ReconcileTransaction,
  tenant: string,
): Promise<Known | undefined> {
  const held = await transaction.view(tenant);
  const chain = await transaction.chain();
  return chain && { held, live: liveFacts(chain.map(parsePayload)) };
}

/** Of a tenant that `recover` made from facts, which hold no names, presence alone is known. */
async function observeIdentity(ports: DoctorPorts, tenant: Tenant, call: Call) {
  const shape = await identityShapeOf(ports, tenant);
  const seen = await ports.identity[tenant.isolation].observe(shape, call);
  return 'adminEmail' in shape ? seen : { ...seen, attributes: [] };
}

async function mendIdentity(ports: DoctorPorts, tenant: Tenant, call: Call): Promise<void> {
  const provider = ports.identity[tenant.isolation];
  const shape = await identityShapeOf(ports, tenant);
  const { presence } = await provider.observe(shape, call);
  if (presence !== 'absent') return provider.mend(shape, call);
  if (!('adminEmail' in shape)) {
    throw new RefusedError('member-not-found', 'Nobody knows the first admin of the tenant.');
  }
  await provider.ensure(shape, call);
}

function assureThere(tenant: Tenant | undefined): Tenant {
  if (tenant === undefined) throw new RefusedError('tenant-not-found', 'The tenant is not there.');
  if (!isThere(tenant)) throw new RefusedError('tenant-state', `The tenant is ${tenant.state}.`);
  return tenant;
}
