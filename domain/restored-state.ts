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
  // Each of them: what a frozen tenant was before stands in an older one.
  for (const fact of facts)
    if (isOfTenant(fact)) tenant = tenantOf(fact, tenant ?? unknownTenant(fact, domain));
  const newest = new Map(facts.map((fact) => [`${fact.kind} ${fact.subject}`, fact]));
  const others = [...newest.values()].filter((fact) => !isOfTenant(fact));
  const changes = others.flatMap(changesOf);
  if (tenant === undefined) return changes;
  // Who was moved since has another one, which the members' identities tell.
  const known = tenant.isolation === before?.isolation ? tenant.issuer : null;
  const issuer = tenant.state === 'archived' ? null : (known ?? issuerIn(changes));
  return [{ type: 'tenant', tenant: { ...tenant, issuer } }, ...changes];
}

const isOfTenant = ({ kind, op }: Fact): boolean => kind === 'tenant' && op === 'assert';

/** The body was checked against its kind when the fact was verified. */
const bodyOf = <Body>({ body }: Fact): Body => body as unknown as Body;

const nameOf = ({ subject }: Fact): string => subject.slice(subject.indexOf(':') + 1);

function unknownTenant(fact: Fact, domain: string): Tenant {
  const { slug, state, isolation, plan, demo } = bodyOf<TenantBody>(fact);
  return {
    ...{ id: fact.tenant, slug, host: hostOf(slug, domain), displayName: slug },
    ...{ state, isolation, plan, demo, stateBefore: null, issuer: null, databaseUrl: null },
    ...{ createdAtMs: Date.parse(fact.at), offboarding: null, archivedAtMs: null },
  };
}

function tenantOf(fact: Fact, before: Tenant): Tenant {
  const { slug, state, isolation, plan, demo } = bodyOf<TenantBody>(fact);
  const stateBefore = state === 'frozen' ? thawed(before) : null;
  const after = { ...before, slug, state, stateBefore, isolation, plan, demo };
  if (state !== 'archived') return after;
  const gone = { displayName: slug, issuer: null, databaseUrl: null };
  return {
    ...{ ...after, ...gone },
    ...{ offboarding: fact.cause.operation, archivedAtMs: Date.parse(fact.at) },
  };
}

/** What unfreezing would give back, now that a tenant that was like this is frozen. */
function thawed({ state, stateBefore }: Tenant): Tenant['stateBefore'] {
  return state === 'trial' || state === 'active' ? state : stateBefore;
}

function changesOf(fact: Fact): Change[] {
  const { kind, op, tenant } = fact;
  if (CATALOG.has(kind)) {
    const body = op === 'assert' ? fact.body : undefined;
    const entry = { kind: kind as CatalogEntry['kind'], name: nameOf(fact), body };
    return [{ type: 'catalog', entry }];
  }
  if (kind === 'membership' && op === 'retract')
    return [{ type: 'membership-removed', tenant, member: nameOf(fact) }];
  if (kind === 'entitlement' && op === 'retract')
    return [{ type: 'entitlement-removed', tenant, product: nameOf(fact) }];
  // No rule retracts these yet.
  if (op === 'retract') return [];
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

/** Of any identity: those of a tenant are all at its own, where `activate` or a move put them. */
function issuerIn(changes: readonly Change[]): string | null {
  for (const change of changes)
    if (change.type === 'membership' && change.membership.identity !== null)
      return change.membership.identity.issuer;
  return null;
}
