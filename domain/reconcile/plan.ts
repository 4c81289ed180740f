import type { Tenant } from '../tenant.ts';
import { SYSTEMS, type Finding, type System } from './finding.ts';
import { driftOf, type Observation } from './observation.ts';

/** The tenant as far as it decides what is outside. */
export type DesiredTenant = Pick<Tenant, 'id' | 'slug' | 'host' | 'state'>;

/** A system that gave no answer, and the code of its refusal. */
export interface Unseen {
  readonly unseen: string;
}

export type Observed = Readonly<Record<System, Observation | Unseen>>;

/** The route of a custom domain that is active. */
export interface ObservedDomain {
  readonly name: string;
  readonly seen: Observation | Unseen;
}

/** Tenants that have their four objects outside (DESIGN 9, I1). */
export function isThere({ state }: Pick<Tenant, 'state'>): boolean {
  return state === 'trial' || state === 'active' || state === 'frozen';
}

/**
 * What is not as it should be, of one tenant that is there, and what to do about it. Of a frozen
 * one it is looked at whether its objects are there and closed, and nothing is made: that would
 * open it. An unfreezing sets all else right.
 */
export function planTenant(
  desired: DesiredTenant,
  observed: Observed,
  domains: readonly ObservedDomain[],
): Finding[] {
  const { id: tenant, state } = desired;
  const repair = state === 'frozen' ? null : 'ensure';
  return [
    ...SYSTEMS.flatMap((place) =>
      ofObject({ place, name: nameIn(place, desired), tenant }, observed[place], repair),
    ),
    ...domains.flatMap(({ name, seen }) =>
      ofObject({ place: 'route', name, tenant }, seen, repair),
    ),
  ];
}

function ofObject(
  about: Pick<Finding, 'place' | 'name' | 'tenant'>,
  seen: Observation | Unseen,
  repair: 'ensure' | null,
): Finding[] {
  if ('unseen' in seen) {
    const reason = { code: seen.unseen, step: about.place };
    return [{ ...about, code: 'unseen', repair: null, reason }];
  }
  switch (seen.presence) {
    case 'absent':
      return [{ ...about, code: 'missing', repair }];
    case 'foreign':
      return [{ ...about, code: 'foreign', repair: null }];
    case 'mine':
      if (repair === null) return seen.open ? [{ ...about, code: 'open', repair: 'suspend' }] : [];
      return driftOf(seen).map((attribute) => ({ ...about, code: 'drift', repair, attribute }));
  }
}

/** How each system names a tenant's object. */
export function nameIn(place: System, { id, slug, host }: DesiredTenant): string {
  return { identity: slug, database: id, route: slug, dns: host }[place];
}

/** The systems in which the plan repairs something, in the order of their making. */
export function systemsToMend(findings: readonly Finding[]): System[] {
  return SYSTEMS.filter((system) =>
    findings.some(
      ({ place, repair }) => place === system && (repair === 'ensure' || repair === 'suspend'),
    ),
  );
}
