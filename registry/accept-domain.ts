import { checkDomain, type RemoveDomain } from '../domain/custom-domain.ts';
import { isOpen } from '../domain/refusals.ts';
import type { DomainNames } from '../ports/domain-names.ts';
import type { DomainStore } from '../ports/domain-store.ts';
import {
  idempotencyOf,
  unlessReplayed,
  type AcceptCaller,
  type AcceptPorts,
  type AcceptResult,
} from './accept.ts';

export interface AddDomainPorts extends AcceptPorts {
  readonly names: DomainNames;
  /** Tenants' hosts are below it. */
  readonly domain: string;
}

export interface AddDomainRequest extends AcceptCaller {
  readonly tenant: string;
  /** As people write it. */
  readonly name: string;
}

/**
 * Accepts an `addDomain`: the claim has the operation's id. Others may claim the same name: whose
 * it is, its DNS says.
 */
export async function acceptAddDomain(
  ports: AddDomainPorts,
  request: AddDomainRequest,
): Promise<AcceptResult> {
  const { operations, tenants, names, ids, clock } = ports;
  const { tenant: id, actor } = request;
  const ascii = names.toAscii(request.name);
  const keyed = idempotencyOf(request, { tenant: id, name: ascii ?? request.name });
  const refuse = (refusal: AcceptResult) => unlessReplayed(operations, keyed, refusal);
  const tenant = await tenants.findTenant(id);
  if (tenant === undefined) return { outcome: 'tenant-not-found' };
  const isPublicSuffix = ascii !== undefined && names.isPublicSuffix(ascii);
  const code = checkDomain({ ascii, isPublicSuffix }, ports.domain);
  if (code !== undefined || ascii === undefined) {
    const problem = { field: 'name', code: code ?? 'domain-malformed' } as const;
    return refuse({ outcome: 'invalid', problems: [problem] });
  }
  if (!isOpen(tenant)) return refuse({ outcome: 'tenant-state' });
  return operations.accept({
    operation: { id: ids.uuid(), kind: 'addDomain', tenant: id, actor, input: {} },
    newDomain: { name: ascii },
    secrets: new Map(),
    ...keyed,
    nowMs: clock.nowMs(),
  });
}

export interface RemoveDomainPorts extends AcceptPorts {
  readonly domains: Pick<DomainStore, 'findDomain'>;
}

export type RemoveDomainRequest = AcceptCaller & RemoveDomain & { readonly tenant: string };

/** What can be taken back: the rule decides again in the commit. */
const REMOVABLE: ReadonlySet<string> = new Set(['claimed', 'active']);

/** Accepts a `removeDomain`. */
export async function acceptRemoveDomain(
  ports: RemoveDomainPorts,
  request: RemoveDomainRequest,
): Promise<AcceptResult> {
  const { operations, domains, ids, clock } = ports;
  const { tenant, domain, actor } = request;
  const keyed = idempotencyOf(request, { tenant, domain });
  const found = await domains.findDomain(tenant, domain);
  if (found === undefined) return { outcome: 'domain-not-found' };
  if (!REMOVABLE.has(found.state))
    return unlessReplayed(operations, keyed, { outcome: 'domain-state' });
  return operations.accept({
    operation: { id: ids.uuid(), kind: 'removeDomain', tenant, actor, input: { domain } },
    secrets: new Map(),
    ...keyed,
    nowMs: clock.nowMs(),
  });
}
