import type { EntitlementBody, MembershipBody, TenantBody } from '../facts/core/bodies.ts';
import type { Fact } from '../facts/core/types.ts';
import type { CatalogEntry, Change } from './decision.ts';
import { hostOf } from './host.ts';
import type { Tenant } from './tenant.ts';

/** Kinds of the platform's chain that have a row in the catalog. */
const CATALOG: ReadonlySet<string> = new Set<CatalogEntry['kind']>([
  'role',
  'product',
  'plan',
  'app',
]);

/**
 * The rows that signed facts of one tenant imply, in the order of its chain: what a restored backup
 * has lost of the state. Facts hold no names, addresses and secrets, so a tenant that is not there
 * at all gets its slug for a name, and its host below `domain`.
 */
export function restoredChanges(
  facts: readonly Fact[],
  before: Tenant | undefined,
  domain: string,
): Change[] {
  let tenant = before;
  const changes: Change[] = [];
  const newest = new Map(facts.map((fact) => [`${fact.kind} ${fact.subject}`, fact]));
  for (const fact of newest.values()) {
    if (fact.kind === 'tenant' && fact.op === 'assert')
      tenant = tenantOf(fact, tenant ?? unknownTenant(fact, domain));
    else changes.push(...changesOf(fact));
  }
  if (tenant === undefined) return changes;
  const issuer = tenant.issuer ?? issuerIn(changes);
  return [{ type: 'tenant', tenant: { ...tenant, issuer } }, ...changes];
}

/** The body was checked against its kind when the fact was verified. */
const bodyOf = <Body>({ body }: Fact): Body => body as unknown as Body;

const nameOf = ({ subject }: Fact): string => subject.slice(subject.indexOf(':') + 1);

function unknownTenant(fact: Fact, domain: string): Tenant {
  const { slug, state, isolation, plan, demo } = bodyOf<TenantBody>(fact);
  return {
    ...{ id: fact.tenant, slug, host: hostOf(slug, domain), displayName: slug },
    ...{ state, isolation, plan, demo, issuer: null, databaseUrl: null },
    createdAtMs: Date.parse(fact.at),
  };
}

function tenantOf(fact: Fact, before: Tenant): Tenant {
  const { slug, state, isolation, plan, demo } = bodyOf<TenantBody>(fact);
  return { ...before, slug, state, isolation, plan, demo };
}

function changesOf(fact: Fact): Change[] {
  const { kind, op, tenant } = fact;
  if (CATALOG.has(kind)) {
    const body = op === 'assert' ? fact.body : undefined;
    const entry = { kind: kind as CatalogEntry['kind'], name: nameOf(fact), body };
    return [{ type: 'catalog', entry }];
  }
  if (op === 'retract')
    return kind === 'entitlement'
      ? [{ type: 'entitlement-removed', tenant, product: nameOf(fact) }]
      : []; // No rule retracts others yet.
  if (kind === 'membership') {
    const { state, identity, roles } = bodyOf<MembershipBody>(fact);
    return [
      { type: 'membership', membership: { id: nameOf(fact), tenant, state, identity, roles } },
    ];
  }
  if (kind === 'entitlement') {
    const { product, plan, limits } = bodyOf<EntitlementBody>(fact);
    return [{ type: 'entitlement', entitlement: { tenant, product, plan, limits } }];
  }
  return [];
}

/** The first identity that was bound is the first admin's: `activate` has set both. */
function issuerIn(changes: readonly Change[]): string | null {
  for (const change of changes)
    if (change.type === 'membership' && change.membership.identity !== null)
      return change.membership.identity.issuer;
  return null;
}
