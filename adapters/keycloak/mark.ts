import type { OwnerMark } from '../../ports/call.ts';

/** Attribute names of the owner mark; on users the first needs a user-profile declaration. */
export const TENANT_ATTRIBUTE = 'tenure.tenant';
const OPERATION_ATTRIBUTE = 'tenure.operation';
/**
 * On what we switched off ourselves, with the operation: what was off before has it not, and stays
 * off when the tenant is restored.
 */
export const SUSPENDED_ATTRIBUTE = 'tenure.suspended';

/** The mark as attributes of realms, clients and identity providers. */
export function formatMark(owner: OwnerMark): Record<string, string> {
  return { [TENANT_ATTRIBUTE]: owner.tenant, [OPERATION_ATTRIBUTE]: owner.operation };
}

/** The mark as attributes of organizations and users, which are lists. */
export function formatListMark(owner: OwnerMark): Record<string, string[]> {
  return { [TENANT_ATTRIBUTE]: [owner.tenant], [OPERATION_ATTRIBUTE]: [owner.operation] };
}

/** Tenant of the mark in either shape; undefined when there is none. */
export function tenantOfMark(attributes: Record<string, unknown> | undefined): string | undefined {
  const value = attributes?.[TENANT_ATTRIBUTE];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}

/** The attributes without the operation that made the object: a later one does not change it. */
export function withoutOperation<T>(attributes: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(attributes).filter(([key]) => key !== OPERATION_ATTRIBUTE),
  );
}
