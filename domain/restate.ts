import { PLATFORM_TENANT, type FactDraft, type FactKind } from '../facts/core/types.ts';
import type { TenantView } from './decision.ts';
import { entitlementFact, membershipFact, tenantFact } from './fact-drafts.ts';
import { catalogFacts } from './platform.ts';
import type { Tenant } from './tenant.ts';

/** What a fact is about, within its tenant. */
export interface Subject {
  readonly kind: FactKind;
  readonly subject: string;
}

/** Kinds of which {@link TenantView} has the rows: of another one nothing could be said. */
const HELD_KINDS = [
  ...['tenant', 'membership', 'entitlement'],
  ...['product', 'role', 'plan'],
] as const satisfies readonly FactKind[] as readonly string[];

/** Whether the registry can say again what it holds about subjects of this kind. */
export function isHeldKind(kind: string): kind is FactKind {
  return HELD_KINDS.includes(kind);
}

/** What the registry holds about each subject now, as facts; what it does not hold is retracted. */
export function restate(
  tenant: string,
  held: TenantView,
  subjects: readonly Subject[],
): readonly FactDraft[] {
  const stated = new Map(factsOf(tenant, held).map((draft) => [nameOf(draft), draft]));
  return subjects.map((one): FactDraft => {
    const { kind, subject } = one;
    return stated.get(nameOf(one)) ?? { kind, subject, op: 'retract', body: {} };
  });
}

/** All that the rows of a tenant say, as facts. */
export function factsOf(tenant: string, held: TenantView): FactDraft[] {
  if (tenant === PLATFORM_TENANT) return catalogFacts(held.catalog);
  return [
    ...(held.tenant !== undefined && isStated(held.tenant) ? [tenantFact(held.tenant)] : []),
    ...held.members.map(membershipFact),
    ...held.entitlements.map(entitlementFact),
  ];
}

type StatedTenant = Parameters<typeof tenantFact>[0];

/** DESIGN 3: provisioning and failed tenants have no facts. */
function isStated(tenant: Tenant): tenant is StatedTenant {
  return tenant.state !== 'provisioning' && tenant.state !== 'failed';
}

function nameOf({ kind, subject }: Subject): string {
  return `${kind} ${subject}`;
}
