import type { FactDraft } from '../facts/core/types.ts';
import type { Entitlement } from './decision.ts';
import type { Membership } from './membership.ts';
import type { Tenant } from './tenant.ts';

/** What data planes are told of a tenant. `provisioning` and `failed` tenants have no facts. */
export function tenantFact(
  tenant: Tenant & { readonly state: 'trial' | 'active' | 'frozen' | 'archived' },
): FactDraft {
  const { slug, state, plan, isolation, demo } = tenant;
  const body = { slug, state, plan, isolation, demo };
  return { kind: 'tenant', subject: `tenant:${tenant.id}`, op: 'assert', body };
}

export function membershipFact({ id, state, identity, roles }: Membership): FactDraft {
  const bound = identity && { issuer: identity.issuer, sub: identity.sub };
  const body = { state, identity: bound, roles: [...roles] };
  return { kind: 'membership', subject: `member:${id}`, op: 'assert', body };
}

/** Nobody is that member any more, or ever was. */
export function membershipRetracted(member: string): FactDraft {
  return { kind: 'membership', subject: `member:${member}`, op: 'retract', body: {} };
}

export function entitlementFact({ product, plan, limits }: Entitlement): FactDraft {
  const body = { product, plan, limits: { ...limits }, until: null };
  return { kind: 'entitlement', subject: `entitlement:${product}`, op: 'assert', body };
}
