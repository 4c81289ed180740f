import type { OwnerMark } from '../../ports/call.ts';
import { isMine } from '../../ports/owner-mark.ts';

/** Attribute names of the owner mark; on users they need user-profile declarations. */
const REGISTRY_ATTRIBUTE = 'tenure.registry';
export const TENANT_ATTRIBUTE = 'tenure.tenant';
const OPERATION_ATTRIBUTE = 'tenure.operation';
export const MARK_ATTRIBUTES = [REGISTRY_ATTRIBUTE, TENANT_ATTRIBUTE, OPERATION_ATTRIBUTE];
/**
 * On what we switched off ourselves, with the operation: what was off before has it not, and stays
 * off when the tenant is restored.
 */
export const SUSPENDED_ATTRIBUTE = 'tenure.suspended';

/** The mark as attributes of realms, clients and identity providers. */
export function formatMark({ registry, tenant, operation }: OwnerMark): Record<string, string> {
  return {
    [REGISTRY_ATTRIBUTE]: registry,
    [TENANT_ATTRIBUTE]: tenant,
    [OPERATION_ATTRIBUTE]: operation,
  };
}

/** The mark as attributes of organizations and users, which are lists. */
export function formatListMark(owner: OwnerMark): Record<string, string[]> {
  return Object.fromEntries(Object.entries(formatMark(owner)).map(([key, one]) => [key, [one]]));
}

type Attributes = Readonly<Record<string, unknown>> | undefined;

/** The mark in either shape; undefined when there is none. */
export function readMark(attributes: Attributes): OwnerMark | undefined {
  const [registry, tenant, operation] = MARK_ATTRIBUTES.map((name) => {
    const value = attributes?.[name];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' ? first : undefined;
  });
  if (registry === undefined || tenant === undefined || operation === undefined) return undefined;
  return { registry, tenant, operation };
}

/** Whether what has these attributes is the owner's. */
export function isMarked(attributes: Attributes, owner: OwnerMark): boolean {
  return isMine(owner, readMark(attributes));
}

/** The attributes without the operation that made the object: a later one does not change it. */
export function withoutOperation<T>(attributes: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(attributes).filter(([key]) => key !== OPERATION_ATTRIBUTE),
  );
}
