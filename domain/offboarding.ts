import type { Decision, Rule } from './decision.ts';
import { tenantFact } from './fact-drafts.ts';
import { unfreezeTenant } from './freezing.ts';
import type { UnfreezeTenant } from './freezing.ts';
import { isOpen, TENANT_LEAVING, TENANT_NOT_FOUND, tenantState } from './refusals.ts';
import type { Tenant } from './tenant.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * How long the slug of an archived tenant is nobody's: links, bookmarks and mail that were meant
 * for it must not lead to somebody else.
 */
export const SLUG_KEPT_MS = 180 * DAY_MS;

/** Name of the update, and of the signal with the same rules. */
export const REVOKE = 'revoke';

/** Where an archived tenant was looked for, and nothing was found. */
export const SYSTEMS = ['identity', 'database', 'route', 'dns'] as const;
export type System = (typeof SYSTEMS)[number];

/** Which offboarding it is about: a tenant has one at a time. */
export interface Offboarding {
  /** UUID of the operation. */
  readonly operation: string;
}

/**
 * A freeze that knows what it is for. A tenant that was frozen already stays what it is, and its
 * planes, which deny everything of it, are told nothing new.
 */
export const beginOffboarding: Rule<Offboarding> = ({ tenant }, { operation }) => {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (tenant.offboarding !== null) return TENANT_LEAVING;
  const { state } = tenant;
  const thaws = isOpen(tenant);
  if (!thaws && state !== 'frozen') return tenantState(tenant);
  const stateBefore = thaws ? tenant.state : tenant.stateBefore;
  const leaving = { ...tenant, state: 'frozen', stateBefore, offboarding: operation } as const;
  return {
    changes: [{ type: 'tenant', tenant: leaving }],
    facts: thaws ? [tenantFact(leaving)] : [],
    audit: [auditOf(tenant, 'tenant.offboarding_begun', { from: state })],
  };
};

/** The retention is over: what stands here is whether the tenant goes, or comes back. */
export const endRetention: Rule<Offboarding & { readonly revoked: boolean }> = (
  { tenant },
  { operation, revoked },
) =>
  ofLeaving(tenant, operation, (leaving) => {
    const action = revoked ? 'tenant.offboarding_revoked' : 'tenant.erasure_begun';
    return { changes: [], facts: [], audit: [auditOf(leaving, action, {})] };
  });

/** `thaws`: it was open before; who had been frozen before stays so. */
export type RevokeOffboarding = Offboarding & UnfreezeTenant & { readonly thaws: boolean };

/** Gives back what an unfreeze gives back, and by its rule. */
export const revokeOffboarding: Rule<RevokeOffboarding> = (view, command, nowMs) =>
  ofLeaving(view.tenant, command.operation, (leaving) => {
    const tenant = { ...leaving, offboarding: null };
    if (command.thaws) return unfreezeTenant({ ...view, tenant }, command, nowMs);
    return { changes: [{ type: 'tenant', tenant }], facts: [], audit: [] };
  });

/**
 * Everything of it is gone and was looked for. The fact is the receipt of that: signed, in the log,
 * and caused by the offboarding. The row keeps what facts say, and the slug, which stays taken.
 */
export const archiveTenant: Rule<Offboarding> = ({ tenant }, { operation }, nowMs) =>
  ofLeaving(tenant, operation, (leaving) => {
    const gone = { displayName: leaving.slug, issuer: null, databaseUrl: null };
    const end = { state: 'archived', stateBefore: null, archivedAtMs: nowMs } as const;
    const archived = { ...leaving, ...gone, ...end };
    return {
      changes: [{ type: 'tenant', tenant: archived }],
      facts: [tenantFact(archived)],
      audit: [auditOf(leaving, 'tenant.archived', { erasedFrom: SYSTEMS })],
    };
  });

type Leaving = Tenant & { readonly state: 'frozen' };

function ofLeaving(
  tenant: Tenant | undefined,
  operation: string,
  decide: (leaving: Leaving) => Decision,
): Decision {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (tenant.offboarding !== operation || !isFrozen(tenant)) return tenantState(tenant);
  return decide(tenant);
}

function isFrozen(tenant: Tenant): tenant is Leaving {
  return tenant.state === 'frozen';
}

function auditOf({ id }: Tenant, action: string, detail: Readonly<Record<string, unknown>>) {
  return { action, target: `tenant:${id}`, detail };
}
