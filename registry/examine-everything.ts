import type { Isolation } from '../domain/isolation.ts';
import type { Finding, System } from '../domain/reconcile/finding.ts';
import {
  planEverything,
  placeOf,
  type Everything,
  type Item,
  type KnownDomain,
  type KnownTenant,
} from '../domain/reconcile/orphans.ts';
import { isForsaken } from '../domain/reconcile/rows.ts';
import { planSagas } from '../domain/reconcile/sagas.ts';
import { PLATFORM_TENANT } from '../facts/core/types.ts';
import type { InventoryItem } from '../ports/identity-provider.ts';
import { tenantOf } from '../ports/owner-mark.ts';
import type { OwnedDomain } from '../ports/reconcile-store.ts';
import type { SagaCensus } from '../ports/saga-census.ts';
import type { LogIdentity } from './commit.ts';
import { look, type DoctorPorts } from './doctor-ports.ts';
import { withChain } from './examine-tenant.ts';

export interface SweepPorts extends DoctorPorts {
  readonly census: SagaCensus;
  readonly log: LogIdentity;
}

/** How long something must have been out of place before it is taken for lost. */
export interface Patience {
  readonly orphanMs: number;
  readonly lostSagaMs: number;
}

/** Objects without a tenant, tenants without an object, sagas without either; changes nothing. */
export async function examineEverything(
  ports: SweepPorts,
  operation: string,
  patience: Patience,
  nowMs: number,
  signal: AbortSignal,
): Promise<Finding[]> {
  const sagas = await examineSagas(ports, operation, patience, nowMs);
  return [...planEverything(await gather(ports, operation, patience, nowMs, signal)), ...sagas];
}

async function gather(
  ports: SweepPorts,
  operation: string,
  { orphanMs }: Patience,
  nowMs: number,
  signal: AbortSignal,
): Promise<Everything> {
  const { reconcile } = ports;
  // Tenants first: one that becomes active meanwhile is provisioning here, and left alone.
  const [tenants, before, domainsBefore] = await Promise.all([
    reconcile.listTenants(),
    reconcile.busyTenants(operation),
    reconcile.listOwnedDomains(),
  ]);
  const lists = await listOutside(ports, signal);
  const after = await reconcile.busyTenants(operation);
  const domains = knownDomains(domainsBefore, await reconcile.listOwnedDomains());
  const items = lists.flatMap((list) => ('unseen' in list ? [] : list.items));
  const known = new Set(tenants.map(({ id }) => id));
  const unknown = items.flatMap(({ tenant }) =>
    tenant === undefined || known.has(tenant) ? [] : [tenant],
  );
  return {
    ...{ tenants, domains, items, nowMs, patienceMs: orphanMs, platform: PLATFORM_TENANT },
    unseen: lists.flatMap((list) =>
      'unseen' in list ? [{ place: list.place, code: list.unseen }] : [],
    ),
    busy: before.union(after),
    // What may be a restored backup knows too few tenants: each of them is then one it has lost.
    stated: (await reconcile.isCompared())
      ? await reconcile.statedAmong(unknown)
      : new Set(unknown),
    forsaken: await forsakenAmong(
      ports,
      new Set(items.flatMap(({ tenant }) => tenant ?? [])),
      tenants,
    ),
    sinceMs: sinceWhen((await reconcile.lastSweep(operation))?.findings ?? []),
  };
}

/** Domains come and go without the tenant's lock: what was so before and after is so. */
function knownDomains(
  before: readonly OwnedDomain[],
  after: readonly OwnedDomain[],
): KnownDomain[] {
  const activeBefore = new Set(before.filter(isActive).map(({ id }) => id));
  const activeAfter = new Set(after.filter(isActive).map(({ id }) => id));
  const wanted = activeBefore.intersection(activeAfter);
  const all = new Map([...before, ...after].map((each) => [each.id, each]));
  return Array.from(all.values(), ({ id, tenant, name }) => ({
    ...{ tenant, name, wanted: wanted.has(id) },
  }));
}

const isActive = ({ state }: OwnedDomain): boolean => state === 'active';

/** Of the tenants that have something outside. */
async function forsakenAmong(
  ports: SweepPorts,
  outside: ReadonlySet<string>,
  tenants: readonly KnownTenant[],
): Promise<ReadonlySet<string>> {
  const ended = tenants.filter(({ id, state }) => outside.has(id) && mayBeForsaken(state));
  const forsaken = new Set<string>();
  for (const { id } of ended) if (await isForsakenNow(ports, id)) forsaken.add(id);
  return forsaken;
}

/** By row and facts, under the tenant's head lock. */
export async function isForsakenNow(ports: DoctorPorts, tenant: string): Promise<boolean> {
  const forsaken = await withChain(ports, tenant, (_transaction, { held, live }) =>
    Promise.resolve(isForsaken(held, live)),
  );
  return forsaken === true;
}

function mayBeForsaken(state: KnownTenant['state']): boolean {
  return state === 'failed' || state === 'archived';
}

function sinceWhen(findings: readonly Finding[]): ReadonlyMap<string, number> {
  return new Map(
    findings.flatMap((finding) =>
      finding.sinceMs === undefined ? [] : [[placeOf(finding), finding.sinceMs] as const],
    ),
  );
}

type Listed = { readonly place: System } & (
  | { readonly items: readonly Item[] }
  | { readonly unseen: string }
);

async function listOutside(ports: SweepPorts, signal: AbortSignal): Promise<readonly Listed[]> {
  const { identity, databases, routes, dns, log } = ports;
  const list = async (place: System, port: Inventory, isolation?: Isolation): Promise<Listed> => {
    const seen = await look(ports, signal, async (own) => ({ items: await port.inventory(own) }));
    if ('unseen' in seen) return { place, ...seen };
    return {
      place,
      items: seen.items.map(({ name, owner }) => {
        const tenant = tenantOf(log.log, owner);
        return { place, name, tenant, ...(isolation && { isolation }) };
      }),
    };
  };
  return Promise.all([
    list('identity', identity.silo, 'silo'),
    list('identity', identity.pool, 'pool'),
    list('database', databases),
    list('route', routes),
    list('dns', dns),
  ]);
}

interface Inventory {
  inventory(signal: AbortSignal): Promise<readonly InventoryItem[]>;
}

async function examineSagas(
  { reconcile, census, report }: SweepPorts,
  operation: string,
  { lostSagaMs }: Patience,
  nowMs: number,
): Promise<Finding[]> {
  const open = (await reconcile.openOperations()).filter(({ id }) => id !== operation);
  try {
    const running = await census.running();
    const rows = await reconcile.findRows(running.map(({ operation }) => operation));
    const findings = planSagas({ open, running, rows, nowMs, patienceMs: lostSagaMs });
    const kinds = new Map(open.map(({ id, kind }) => [id, kind]));
    // The list may be some seconds behind: the saga itself is asked before it is taken for lost.
    const confirmed = await Promise.all(
      findings.map(async ({ code, name }) => {
        const kind = kinds.get(name);
        if (code !== 'saga-lost' || kind === undefined) return true;
        return !(await census.isRunning(name, kind));
      }),
    );
    return findings.filter((_, at) => confirmed[at]);
  } catch (error) {
    report('the doctor could not look at the sagas', error);
    const reason = { code: 'engine-unavailable', step: 'sagas' };
    const about = { place: 'sagas', name: 'sagas', tenant: PLATFORM_TENANT } as const;
    return [{ ...about, code: 'unseen', repair: null, reason }];
  }
}
