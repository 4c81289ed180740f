import type { CustomDomain } from './custom-domain.ts';
import type { Decided, Refused, Rule } from './decision.ts';
import { isOpen, TENANT_NOT_FOUND, tenantState } from './refusals.ts';

/*
 * No fact tells of a domain (facts-v1 has no such kind): no data plane decides by a host. State and
 * audit are written as everywhere.
 */

const NOTHING: Decided = { changes: [], facts: [], audit: [] };
type Nothing = Readonly<Record<string, never>>;

/** The name is routed: from here on it is the tenant's. */
export const activateDomain: Rule<Nothing> = ({ tenant, domain }) => {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (!isOpen(tenant)) return tenantState(tenant);
  if (domain?.state !== 'proven') return domainState(domain);
  return decided({ ...domain, state: 'active' }, 'domain.activated');
};

/**
 * Taken back by the tenant, in whatever state that is. A name that is routed stays reserved until
 * the route is gone; a claim ends at once, and its saga with it.
 */
export const removeDomain: Rule<Nothing> = ({ domain }, _command, nowMs) => {
  if (domain?.state === 'active')
    return decided({ ...domain, state: 'removing' }, 'domain.removed');
  if (domain?.state !== 'claimed') return domainState(domain);
  return decided({ ...domain, state: 'removed', endedAtMs: nowMs }, 'domain.removed');
};

/** Nothing leads there any more: others may have the name. */
export const freeDomain: Rule<Nothing> = ({ domain }, _command, nowMs) => {
  if (domain?.state !== 'removing') return NOTHING;
  return decided({ ...domain, state: 'removed', endedAtMs: nowMs }, 'domain.freed');
};

function decided(domain: CustomDomain, action: string): Decided {
  return {
    changes: [{ type: 'domain', domain }],
    facts: [],
    // The name may be a person's: it is in the row alone.
    audit: [{ action, target: `domain:${domain.id}`, detail: {} }],
  };
}

function domainState(domain: CustomDomain | undefined): Refused {
  return {
    refused: 'domain-state',
    message: `The domain is ${domain?.state ?? 'not there any more'}.`,
  };
}
