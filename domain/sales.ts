import type { Catalog, Entitlement } from './decision.ts';
import type { Tenant } from './tenant.ts';

/** What a tenant was sold, asked for and uses: what the rules about plans read beside its row. */
export interface Sales {
  readonly entitlements: readonly Entitlement[];
  readonly usage: readonly Usage[];
  /** Pending and granted; what was refused is history. */
  readonly requests: readonly ProductRequest[];
  readonly trial: Trial | undefined;
}

export const NOTHING_SOLD: Sales = {
  entitlements: [],
  usage: [],
  requests: [],
  trial: undefined,
};

/** How much of one limit the tenant uses, as whoever counts it has said last. */
export interface Usage {
  readonly tenant: string;
  readonly product: string;
  readonly limit: string;
  readonly used: number;
}

export const REQUEST_STATES = ['pending', 'granted', 'refused'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** A customer asks for a product that its plan does not have, or not as far. */
export interface ProductRequest {
  readonly id: string;
  readonly tenant: string;
  readonly product: string;
  readonly state: RequestState;
  /** What was granted; empty until then. */
  readonly limits: Readonly<Record<string, number>>;
}

export const TRIAL_STATES = ['running', 'converted', 'ended'] as const;
export type TrialState = (typeof TRIAL_STATES)[number];

/** A tenant has one at a time. */
export interface Trial {
  readonly tenant: string;
  /** The `runTrial` that ends it. */
  readonly operation: string;
  /** The `provisionTenant` whose row has the address of who is reminded. */
  readonly provisionedBy: string;
  readonly state: TrialState;
  readonly endsAtMs: number;
}

/**
 * All that the tenant may use: what its plan sells, and what it was granted beside it. Where both
 * name a limit the greater one holds, and what one of them leaves without limit is so: a grant
 * takes nothing away, and survives every change of plan.
 */
export function entitledTo(
  { id: tenant, plan }: Tenant,
  { plans }: Catalog,
  requests: readonly ProductRequest[],
): Entitlement[] {
  const granted = requests.filter(({ state }) => state === 'granted');
  const sold = [...(plans.get(plan)?.entitlements ?? []), ...granted];
  const byProduct = Map.groupBy(sold, ({ product }) => product);
  return [...byProduct].map(([product, each]) => {
    const limits = each.map((one) => one.limits).reduce(greatest);
    return { tenant, product, plan, limits };
  });
}

type Limits = Entitlement['limits'];

function greatest(one: Limits, other: Limits): Limits {
  const both = Object.entries(other).flatMap(([name, value]) => {
    const others = one[name];
    return others === undefined ? [] : [[name, Math.max(value, others)] as const];
  });
  return Object.fromEntries(both);
}

/** What of the use lies above limits that the change lowers, e.g. `workspace.members 12 of 5`. */
export function exceeded(
  usage: readonly Usage[],
  before: readonly Entitlement[],
  after: readonly Entitlement[],
): string[] {
  return usage.flatMap(({ product, limit, used }) => {
    const allowed = limitOf(after, product, limit);
    const lowered = allowed < limitOf(before, product, limit);
    return lowered && used > allowed ? [`${product}.${limit} ${used} of ${allowed}`] : [];
  });
}

/** A product that is not sold allows nothing; a limit that nothing names allows anything. */
function limitOf(entitlements: readonly Entitlement[], product: string, limit: string): number {
  const entitlement = entitlements.find((one) => one.product === product);
  return entitlement === undefined ? 0 : (entitlement.limits[limit] ?? Infinity);
}
