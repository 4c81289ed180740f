import type { Entitlement, Refused, Rule, TenantView } from './decision.ts';
import { differenceOf } from './plan-change.ts';
import { isKept, isOpen, TENANT_NOT_FOUND, tenantState } from './refusals.ts';
import { entitledTo, type ProductRequest } from './sales.ts';

export interface AnswerRequest {
  readonly request: string;
  readonly answer: 'granted' | 'refused';
  /** Of the product that is granted; those that are not named are without limit. */
  readonly limits: Readonly<Record<string, number>>;
}

/** What `Operation.input` holds of it. Throws TypeError for a row of another kind: a bug. */
export function answerInputOf(input: Readonly<Record<string, unknown>>): AnswerRequest {
  const { request, answer, limits } = input;
  const isAnswer = answer === 'granted' || answer === 'refused';
  if (typeof request !== 'string' || !isAnswer || typeof limits !== 'object' || limits === null) {
    throw new TypeError('not the input of answerProductRequest');
  }
  return { request, answer, limits: { ...limits } };
}

/** An operator's answer to a pending request; a grant is an entitlement from here on. */
export const answerRequest: Rule<AnswerRequest> = (view, command) => {
  const { tenant, catalog, requests } = view;
  const pending = requests.find(({ id, state }) => id === command.request && state === 'pending');
  const refusal = refuse(view, pending, command);
  if (tenant === undefined || pending === undefined || refusal !== undefined)
    return refusal ?? REQUEST_ANSWERED;
  const { answer, limits } = command;
  const answered: ProductRequest = { ...pending, state: answer, limits };
  const after = requests.map((one) => (one === pending ? answered : one));
  const granted = answer === 'granted' ? entitledTo(tenant, catalog, after) : view.entitlements;
  const { changes, facts } = differenceOf(view, replaced(view.entitlements, granted, pending));
  return {
    changes: [{ type: 'product-request', request: answered }, ...changes],
    facts,
    audit: [
      {
        action: `product-request.${answer}`,
        target: `entitlement:${pending.product}`,
        detail: { request: pending.id, limits },
      },
    ],
  };
};

/** Of one product alone: what a changed catalog says of the others is no matter of its answer. */
function replaced(
  before: readonly Entitlement[],
  after: readonly Entitlement[],
  { product: asked }: ProductRequest,
): Entitlement[] {
  return [
    ...before.filter(({ product }) => product !== asked),
    ...after.filter(({ product }) => product === asked),
  ];
}

const REQUEST_ANSWERED: Refused = {
  refused: 'request-state',
  message: 'The request is not pending.',
};

function refuse(
  { tenant, catalog }: TenantView,
  pending: ProductRequest | undefined,
  { answer, limits }: AnswerRequest,
): Refused | undefined {
  if (tenant === undefined) return TENANT_NOT_FOUND;
  if (pending === undefined) return REQUEST_ANSWERED;
  if (!isKept(tenant)) return tenantState(tenant);
  if (answer === 'refused') return undefined;
  if (!isOpen(tenant)) return tenantState(tenant);
  const product = catalog.products.get(pending.product);
  const unknown = Object.keys(limits).find((name) => product?.limits.includes(name) !== true);
  if (product !== undefined && unknown === undefined) return undefined;
  const what = product === undefined ? pending.product : `${pending.product}.${unknown}`;
  return { refused: 'product-unknown', message: `There is no ${what} in the catalog.` };
}
