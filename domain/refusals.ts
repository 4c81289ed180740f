/** What several rules refuse, in one wording. */
import type { Catalog, Refused } from './decision.ts';
import type { Membership } from './membership.ts';
import type { Tenant } from './tenant.ts';

export const TENANT_NOT_FOUND: Refused = {
  refused: 'tenant-not-found',
  message: 'The tenant is not there.',
};

/** Nobody else may thaw it, or have it leave once more. */
export const TENANT_LEAVING: Refused = {
  refused: 'tenant-leaving',
  message: 'The tenant is being offboarded: revoke that first.',
};

export const MEMBER_NOT_FOUND: Refused = {
  refused: 'member-not-found',
  message: 'The member is not there.',
};

/** Its people work in it: neither on its way in, nor frozen, nor gone. */
export function isOpen(tenant: Tenant): tenant is Tenant & { readonly state: 'active' | 'trial' } {
  return tenant.state === 'active' || tenant.state === 'trial';
}

/** It has members, though while it is frozen nobody may do anything. */
export function isKept(tenant: Tenant): boolean {
  return isOpen(tenant) || tenant.state === 'frozen';
}

/** The state does not allow it. */
export function tenantState({ state }: Tenant): Refused {
  return { refused: 'tenant-state', message: `The tenant is ${state}.` };
}

/** The state does not allow it. */
export function memberState({ state }: Membership): Refused {
  return { refused: 'member-state', message: `The member is ${state}.` };
}

export function isTenantRole({ roles }: Catalog, role: string): boolean {
  return roles.get(role)?.scope === 'tenant';
}

/** The first of these that no tenant knows, or that is of projects. */
export function unknownTenantRole(catalog: Catalog, roles: readonly string[]): Refused | undefined {
  const unknown = roles.find((role) => !isTenantRole(catalog, role));
  if (unknown === undefined) return undefined;
  return { refused: 'role-unknown', message: `There is no tenant role ${unknown}.` };
}
