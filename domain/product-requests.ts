import type { Refused, Rule, TenantView } from './decision.ts';
import { differenceOf } from './plan-change.ts';
import { entitledTo, type ProductRequest } from './sales.ts';

export interface DecideRequest {
  readonly request: string;
  readonly decision: 'granted' | 'refused';
  /** Of the product that is granted; those that are not named are without limit. */
  readonly limits: Readonly<Record<string, number>>;
}

/** What `Operation.input` holds of it. Throws TypeError for a row of another kind: a bug. */
export function decisionInputOf(input: Readonly<Record<string, unknown>>): DecideRequest {
  const { request, decision, limits } = input;
  const isDecision = decision === 'granted' || decision === 'refused';
  if (typeof request !== 'string' || !isDecision || typeof limits !== 'object' || limits === null) {
    throw new TypeError('not the input of decideProductRequest');
  }
  return { request, decision, limits: { ...limits } };
}

/** An operator's answer to a pending request; a grant is an entitlement from here on. */
export const decideRequest: Rule<DecideRequest> = (view, command) => {
  const { tenant, catalog, requests } = view;
  const pending = requests.find(({ id, state }) => id === command.request && state === 'pending');
  const refusal = refuse(view, pending, command);
  if (tenant === undefined || pending === undefined || refusal !== undefined)
    return refusal ?? REQUEST_DECIDED;
  const { decision, limits } = command;
  const decided: ProductRequest = { ...pending, state: decision, limits };
  const after = requests.map((one) => (one === pending ? decided : one));
  const { changes, facts } = differenceOf(view, entitledTo(tenant, catalog, after));
  return {
    changes: [{ type: 'product-request', request: decided }, ...changes],
    facts,
    audit: [
      {
        action: `product-request.${decision}`,
        target: `entitlement:${pending.product}`,
        detail: { request: pending.id, limits },
      },
    ],
  };
};

const REQUEST_DECIDED: Refused = {
  refused: 'request-state',
  message: 'The request is not pending.',
};

function refuse(
  { tenant, catalog }: TenantView,
  pending: ProductRequest | undefined,
  { decision, limits }: DecideRequest,
): Refused | undefined {
  if (tenant === undefined) {
    return { refused: 'tenant-not-found', message: 'The tenant is not there.' };
  }
  if (pending === undefined) return REQUEST_DECIDED;
  if (decision === 'refused') return undefined;
  if (tenant.state !== 'active' && tenant.state !== 'trial') {
    return { refused: 'tenant-state', message: `The tenant is ${tenant.state}.` };
  }
  const product = catalog.products.get(pending.product);
  const unknown = Object.keys(limits).find((name) => product?.limits.includes(name) !== true);
  if (product !== undefined && unknown === undefined) return undefined;
  const what = product === undefined ? pending.product : `${pending.product}.${unknown}`;
  return { refused: 'product-unknown', message: `There is no ${what} in the catalog.` };
}
