import type { OwnerMark } from './call.ts';

/** What of a mark decides whose the object is, whichever operation made it. */
export type Whose = Pick<OwnerMark, 'registry' | 'tenant'>;

/**
 * Of which tenant of this registry an object is, by the mark on it; undefined when it is foreign:
 * it has no mark, or one of another registry, whose tenants are not ours to know (ADR 37).
 */
export function tenantOf(registry: string, mark: Whose | string | undefined): string | undefined {
  return typeof mark === 'object' && mark.registry === registry ? mark.tenant : undefined;
}

/** Whether an object with this mark is the owner's; what is not is never touched. */
export function isMine<M extends Whose>(owner: Whose, mark: M | string | undefined): mark is M {
  return tenantOf(owner.registry, mark) === owner.tenant;
}

/**
 * What the mark has room for: one string of a TXT record has 255 octets (RFC 1035, 3.3.14), the
 * name of a field manager in Kubernetes 128.
 */
export const REGISTRY_MAX_CHARS = 120;

/**
 * The owner mark as text, for systems that carry one string (a DNS TXT record): one form for all
 * adapters, so that a zone can move from one to another and keep its owners.
 */
export function formatOwnerMark({ registry, tenant, operation }: OwnerMark): string {
  return `registry=${registry} tenant=${tenant} operation=${operation}`;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const MARK = new RegExp(`^registry=(\\S+) tenant=(${UUID}) operation=(${UUID})$`, 'u');

/** Undefined when the text is not exactly a mark: then the object is foreign. */
export function parseOwnerMark(text: string): OwnerMark | undefined {
  const [, registry, tenant, operation] = MARK.exec(text) ?? [];
  if (registry === undefined || tenant === undefined || operation === undefined) return undefined;
  return { registry, tenant, operation };
}
