import type { Change, Decided, Entitlement, Refused, Rule, TenantView } from './decision.ts';
import { entitlementFact, tenantFact } from './fact-drafts.ts';
import { isOpen, TENANT_NOT_FOUND, tenantState } from './refusals.ts';
import { entitledTo, exceeded } from './sales.ts';
import type { Tenant } from './tenant.ts';
import type { FactDraft } from '../facts/core/types.ts';

export interface ChangePlan {
  readonly plan: string;
  /** Ends a trial by a sale: the tenant is active from here on. */
  readonly activates: boolean;
}

/** What `Operation.input` holds of a `changePlan`. Throws TypeError for another kind's: a bug. */
export function planInputOf(input: Readonly<Record<string, unknown>>): ChangePlan {
  const { plan, activates } = input;
  if (typeof plan !== 'string' || typeof activates !== 'boolean') {
    throw new TypeError('not the input of changePlan');
  }
  return { plan, activates };
}

const NOTHING: Decided = { changes: [], facts: [], audit: [] };

/** Up or down: one commit, as nothing outside is changed. What does not differ makes no fact. */
export const changePlan: Rule<ChangePlan> = (view, { plan, activates }) => {
  const { tenant } = view;
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (!isOpen(tenant) || (activates && tenant.state !== 'trial')) return tenantState(tenant);
  const sold: SoldTenant = { ...tenant, plan, ...(activates ? { state: 'active' } : {}) };
  return refusePlan(view, sold) ?? decide(view, tenant, sold);
};

type SoldTenant = Tenant & { readonly state: 'active' | 'trial' };

function refusePlan(view: TenantView, sold: SoldTenant): Refused | undefined {
  const { catalog, usage, requests, entitlements } = view;
  if (!catalog.plans.has(sold.plan)) {
    return { refused: 'plan-unknown', message: `There is no plan ${sold.plan}.` };
  }
  const tooMuch = exceeded(usage, entitlements, entitledTo(sold, catalog, requests));
  if (tooMuch.length === 0) return undefined;
  const message = `The plan ${sold.plan} is below present use: ${tooMuch.join(', ')}.`;
  return { refused: 'plan-below-use', message };
}

function decide(view: TenantView, before: SoldTenant, sold: SoldTenant): Decided {
  const { trial } = view;
  const difference = differenceOf(view, entitledTo(sold, view.catalog, view.requests));
  const isOther = sold.plan !== before.plan || sold.state !== before.state;
  if (!isOther && difference.facts.length === 0) return NOTHING;
  const ends = sold.state !== before.state && trial !== undefined;
  return {
    changes: [
      ...(isOther ? [{ type: 'tenant', tenant: sold } as const] : []),
      ...(ends ? [{ type: 'trial', trial: { ...trial, state: 'converted' } } as const] : []),
      ...difference.changes,
    ],
    facts: [...(isOther ? [tenantFact(sold)] : []), ...difference.facts],
    audit: [
      {
        action: ends ? 'trial.converted' : 'tenant.plan_changed',
        target: `tenant:${sold.id}`,
        detail: { from: before.plan, to: sold.plan },
      },
    ],
  };
}

/** What must be said so that the live entitlement facts are exactly those of `after`. */
export function differenceOf(
  { entitlements: before }: TenantView,
  after: readonly Entitlement[],
): { changes: Change[]; facts: FactDraft[] } {
  const gone = before.filter(({ product }) => !after.some((one) => one.product === product));
  const other = after.filter((one) => !before.some((each) => textOf(each) === textOf(one)));
  return {
    changes: [
      ...gone.map(({ tenant, product }): Change => {
        return { type: 'entitlement-removed', tenant, product };
      }),
      ...other.map((entitlement): Change => ({ type: 'entitlement', entitlement })),
    ],
    facts: [
      ...gone.map(({ product }): FactDraft => {
        const subject = `entitlement:${product}`;
        return { kind: 'entitlement', subject, op: 'retract', body: {} };
      }),
      ...other.map(entitlementFact),
    ],
  };
}

/** One text for one entitlement, whatever the order of limits that a database gave back. */
function textOf({ product, plan, limits }: Entitlement): string {
  const sorted = Object.entries(limits).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([product, plan, sorted]);
}
