import type { OwnerMark } from './call.ts';

/**
 * The owner mark as text, for systems that carry one string (a DNS TXT record): one form for all
 * adapters, so that a zone can move from one to another and keep its owners.
 */
export function formatOwnerMark(mark: OwnerMark): string {
  return `tenant=${mark.tenant} operation=${mark.operation}`;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const MARK = new RegExp(`^tenant=(${UUID}) operation=(${UUID})$`, 'u');

/** Undefined when the text is not exactly a mark of ours: then the object is foreign. */
export function parseOwnerMark(text: string): OwnerMark | undefined {
  const [, tenant, operation] = MARK.exec(text) ?? [];
  return tenant === undefined || operation === undefined ? undefined : { tenant, operation };
}
