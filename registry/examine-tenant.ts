import { originOf } from '../domain/host.ts';
import type { Finding, System } from '../domain/reconcile/finding.ts';
import type { Observation } from '../domain/reconcile/observation.ts';
import { isThere, planTenant } from '../domain/reconcile/plan.ts';
import { liveFacts, planRows, statedTenant } from '../domain/reconcile/rows.ts';
import { provisionInputOf } from '../domain/requests.ts';
import type { Tenant } from '../domain/tenant.ts';
import { parsePayload } from '../facts/core/payload.ts';
import type { Call } from '../ports/call.ts';
import type { IdentityRequest, IdentityShape } from '../ports/identity-provider.ts';
import type { ReconcileTransaction } from '../ports/reconcile-store.ts';
import { look, type DoctorPorts } from './doctor-ports.ts';
import { RefusedError } from './errors.ts';
import { identityRequestOf } from './identity-request.ts';

/** Looks at one tenant everywhere; changes nothing. */
export async function examineTenant(ports: DoctorPorts, call: Call): Promise<Finding[]> {
  const { tenant: id } = call.owner;
  const { tenant: desired, rows } = await readTenant(ports, id);
  const see = (work: (own: Call) => Promise<Observation>) =>
    look(ports, call.signal, (signal) => work({ ...call, signal }));
  const [identity, database, route, dns] = await Promise.all([
    see(async (own) =>
      ports.identity[desired.isolation].observe(await shapeOf(ports, desired), own),
    ),
    see((own) => ports.databases.observe(own)),
    see((own) => ports.routes.observe(desired, own)),
    see((own) => ports.dns.observe(desired.host, own)),
  ]);
  return [...planTenant(desired, { identity, database, route, dns }), ...rows];
}

/** Brings what is ours, in one system, to what is wanted. Repeatable. */
export async function mendSystem(ports: DoctorPorts, place: System, call: Call): Promise<void> {
  const { tenant } = await readTenant(ports, call.owner.tenant);
  switch (place) {
    case 'identity':
      return mendIdentity(ports, tenant, call);
    case 'database':
      return void (await ports.databases.ensure(call));
    case 'route':
      return ports.routes.ensure(tenant, call);
    case 'dns':
      return ports.dns.ensure(tenant.host, call);
  }
}

/** The tenant as its facts have it, and which of its rows say something else. */
async function readTenant({ reconcile }: DoctorPorts, id: string) {
  const { tenant, rows } = await reconcile.transact(id, async (transaction) => {
    const { held, live } = await readHoldings(transaction, id);
    const found = planRows(id, held, live);
    return { tenant: statedTenant(found, held, live), rows: found };
  });
  return { tenant: assureThere(tenant), rows };
}

/** All that the registry holds of the tenant, beside what its chain says. */
export async function readHoldings(transaction: ReconcileTransaction, tenant: string) {
  const [view, entitlements, chain] = await Promise.all([
    transaction.view(tenant),
    transaction.entitlements(),
    transaction.chain(),
  ]);
  return { held: { ...view, entitlements }, live: liveFacts(chain.map(parsePayload)) };
}

async function mendIdentity(ports: DoctorPorts, tenant: Tenant, call: Call): Promise<void> {
  const provider = ports.identity[tenant.isolation];
  const shape = await shapeOf(ports, tenant);
  const { presence } = await provider.observe(shape, call);
  if (presence !== 'absent') return provider.mend(shape, call);
  if (!('adminEmail' in shape)) {
    throw new RefusedError('member-not-found', 'Nobody knows the first admin of the tenant.');
  }
  await provider.ensure(shape, call);
}

/** With the first admin, where the request that made the tenant is still known. */
async function shapeOf(
  { reconcile, secrets }: DoctorPorts,
  { id, slug, displayName, host }: Tenant,
): Promise<IdentityShape | IdentityRequest> {
  const operation = await reconcile.findProvisioning(id);
  const today = { slug, displayName, origin: originOf(host) };
  if (operation === undefined) return { ...today, identityProviders: [] };
  const request = await identityRequestOf(secrets, id, provisionInputOf(operation.input));
  return { ...request, ...today };
}

function assureThere(tenant: Tenant | undefined): Tenant {
  if (tenant === undefined) throw new RefusedError('tenant-not-found', 'The tenant is not there.');
  if (!isThere(tenant)) throw new RefusedError('tenant-state', `The tenant is ${tenant.state}.`);
  return tenant;
}
