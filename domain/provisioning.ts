import type { Catalog, Refused, Rule } from './decision.ts';
import { entitlementFact, membershipFact, tenantFact } from './fact-drafts.ts';
import { OWNER_ROLE, type Membership } from './membership.ts';
import { TENANT_NOT_FOUND, unknownTenantRole } from './refusals.ts';
import { entitledTo } from './sales.ts';
import type { Tenant } from './tenant.ts';
import { acceptTrial, type TrialStart } from './trials.ts';

/** The outcome of the steps before the pivot. */
export interface ActivateTenant {
  readonly tenant: string;
  /** Exact `iss` of the tenant's tokens. */
  readonly issuer: string;
  readonly databaseUrl: string;
  /** UUID of the first admin's membership. */
  readonly adminMember: string;
  /** The first admin's `sub` at that issuer. */
  readonly adminSub: string;
  /** Absent: it is active at once. */
  readonly trial?: TrialStart;
}

/**
 * The pivot of `provisionTenant`: the tenant becomes active on the plan that it was sold, or is on
 * trial with it, and its first admin owns it.
 */
export const activateTenant: Rule<ActivateTenant> = (view, command, nowMs) => {
  const { tenant, catalog } = view;
  if (tenant === undefined || tenant.id !== command.tenant) return TENANT_NOT_FOUND;
  const refusal = refuse(tenant, catalog);
  if (refusal !== undefined) return refusal;
  const { issuer, databaseUrl, trial } = command;
  const state = trial === undefined ? 'active' : 'trial';
  const active = { ...tenant, state, issuer, databaseUrl } as const;
  const owner = ownerOf(tenant, command);
  const entitlements = entitledTo(tenant, catalog, view.requests);
  return {
    changes: [
      { type: 'tenant', tenant: active },
      { type: 'membership', membership: owner },
      ...entitlements.map((entitlement) => ({ type: 'entitlement', entitlement }) as const),
      ...(trial === undefined ? [] : [acceptTrial(tenant.id, trial, nowMs)]),
    ],
    facts: [tenantFact(active), membershipFact(owner), ...entitlements.map(entitlementFact)],
    audit: [
      {
        action: 'tenant.activated',
        target: `tenant:${tenant.id}`,
        detail: { plan: tenant.plan, isolation: tenant.isolation, owner: `member:${owner.id}` },
      },
    ],
  };
};

function refuse(tenant: Tenant, catalog: Catalog): Refused | undefined {
  if (tenant.state !== 'provisioning') {
    return { refused: 'tenant-state', message: `The tenant is ${tenant.state} already.` };
  }
  if (!catalog.plans.has(tenant.plan)) {
    return { refused: 'plan-unknown', message: `There is no plan ${tenant.plan}.` };
  }
  return unknownTenantRole(catalog, [OWNER_ROLE]);
}

function ownerOf(tenant: Tenant, { issuer, adminMember, adminSub }: ActivateTenant): Membership {
  return {
    id: adminMember,
    tenant: tenant.id,
    state: 'active',
    identity: { issuer, sub: adminSub },
    roles: [OWNER_ROLE],
  };
}
