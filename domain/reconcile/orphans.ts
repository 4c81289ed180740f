import type { Isolation } from '../isolation.ts';
import type { Tenant } from '../tenant.ts';
import { SYSTEMS, type Finding, type System } from './finding.ts';
import { isThere, nameIn } from './plan.ts';

/** What the registry knows of a tenant, as far as it decides what is outside. */
export type KnownTenant = Pick<Tenant, 'id' | 'slug' | 'host' | 'state' | 'isolation'>;

/** A custom domain whose name is in the tenant's hands, or on its way there or back. */
export interface KnownDomain {
  readonly tenant: string;
  readonly name: string;
  /** It was active before and after the look: its route must be there. */
  readonly wanted: boolean;
}

/** An object outside, by the inventory of its system. */
export interface Item {
  readonly place: System;
  /** Of which inventory, where there is one for each mode. */
  readonly isolation?: Isolation;
  readonly name: string;
  /** Undefined: it does not carry a mark of this registry, and is nobody's business here. */
  readonly tenant: string | undefined;
}

export interface Everything {
  readonly tenants: readonly KnownTenant[];
  readonly domains: readonly KnownDomain[];
  readonly items: readonly Item[];
  /** Systems that could not be listed: of them nothing can be said to be missing. */
  readonly unseen: readonly { readonly place: System; readonly code: string }[];
  /** Tenants on which an operation works now: left alone. */
  readonly busy: ReadonlySet<string>;
  /** Unknown tenants of which the log has facts: theirs is never removed. */
  readonly stated: ReadonlySet<string>;
  /** Failed and archived tenants of which the facts say the same as the row. */
  readonly forsaken: ReadonlySet<string>;
  /** Orphans of unknown tenants that were seen before, by {@link placeOf}, and since when. */
  readonly sinceMs: ReadonlyMap<string, number>;
  readonly nowMs: number;
  /** How long the tenant of an orphan must have been unknown before it is removed. */
  readonly patienceMs: number;
  /** The platform: whose finding it is when no tenant is concerned. */
  readonly platform: string;
}

/** Orphans both ways: objects without their tenant, tenants without their object. */
export function planEverything(all: Everything): Finding[] {
  const known = new Map(all.tenants.map((tenant) => [tenant.id, tenant]));
  const items = Map.groupBy(all.items, ({ tenant }) => tenant);
  return [
    ...all.unseen.map(({ place, code }) => unseenIn(place, code, all.platform)),
    ...all.items.flatMap((item) => ofItem(all, item, known)),
    ...all.tenants.flatMap((tenant) => missingOf(all, tenant, items.get(tenant.id) ?? [])),
  ];
}

export function placeOf({ place, name, tenant }: Pick<Finding, 'place' | 'name' | 'tenant'>) {
  return `${place} ${name} ${tenant}`;
}

function unseenIn(place: System, code: string, platform: string): Finding {
  const reason = { code, step: place };
  return { place, code: 'unseen', name: place, tenant: platform, repair: null, reason };
}

function ofItem(all: Everything, item: Item, known: ReadonlyMap<string, KnownTenant>): Finding[] {
  const { place, name, tenant } = item;
  if (tenant === undefined || all.busy.has(tenant) || tenant === all.platform) return [];
  const about = { place, name, tenant };
  const owner = known.get(tenant);
  if (owner === undefined) return [unknownOrphan(all, about)];
  if (isThere(owner)) {
    return isItsOwn(item, owner) || isOfDomain(all, item)
      ? []
      : [{ ...about, code: 'misplaced', repair: null }];
  }
  // Its saga is open: it makes or unmakes these objects.
  if (owner.state === 'provisioning') return [];
  const repair = all.forsaken.has(tenant) ? 'remove' : null;
  return [{ ...about, code: 'orphan', repair }];
}

/**
 * Acceptance writes the tenant's row before anything is made, and `activate` its first fact: who
 * has neither was never a customer. Once is not enough: a row may be younger than our list.
 */
function unknownOrphan(all: Everything, about: Pick<Finding, 'place' | 'name' | 'tenant'>) {
  const sinceMs = all.sinceMs.get(placeOf(about)) ?? all.nowMs;
  const isOld = all.nowMs - sinceMs >= all.patienceMs;
  const repair = isOld && !all.stated.has(about.tenant) ? 'remove' : null;
  return { ...about, code: 'orphan', repair, sinceMs } as const;
}

function isItsOwn({ place, name, isolation }: Item, owner: KnownTenant): boolean {
  if (isolation !== undefined && isolation !== owner.isolation) return false;
  // A database's name is its server's business; the mark inside tells whose it is.
  return place === 'database' || name === nameIn(place, owner);
}

/** A slug has no dot, so the name of one is never the other's. */
function isOfDomain({ domains }: Everything, { place, name, tenant }: Item): boolean {
  return place === 'route' && domains.some((each) => each.tenant === tenant && each.name === name);
}

function missingOf(all: Everything, tenant: KnownTenant, items: readonly Item[]): Finding[] {
  if (!isThere(tenant) || all.busy.has(tenant.id)) return [];
  const own = items.filter((item) => isItsOwn(item, tenant)).map(({ place }) => place);
  const notToBeSaid = new Set([...own, ...all.unseen.map(({ place }) => place)]);
  const repair = tenant.state === 'frozen' ? null : 'ensure';
  const missing = (place: System, name: string): Finding => {
    return { place, code: 'missing', name, tenant: tenant.id, repair };
  };
  const routed = new Set(items.filter(({ place }) => place === 'route').map(({ name }) => name));
  const isUnseen = all.unseen.some(({ place }) => place === 'route');
  const ownDomains = all.domains.filter((each) => each.tenant === tenant.id && each.wanted);
  return [
    ...SYSTEMS.filter((place) => !notToBeSaid.has(place)).map((place) =>
      missing(place, nameIn(place, tenant)),
    ),
    ...ownDomains
      .filter(({ name }) => !isUnseen && !routed.has(name))
      .map(({ name }) => missing('route', name)),
  ];
}
