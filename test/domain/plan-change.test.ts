import { describe, expect, test } from '@jest/globals';
import type { Catalog, Change, TenantView } from '../../domain/decision.ts';
import { changePlan } from '../../domain/plan-change.ts';
import { answerRequest } from '../../domain/product-requests.ts';
import { entitledTo } from '../../domain/sales.ts';
import { tenantFact } from '../../domain/fact-drafts.ts';
import type { FactDraft } from '../../facts/core/types.ts';
import { Dice } from '../simulation/dice.ts';
import { assureDecided, catalogOf, refusalOf, TENANT, tenantOf, viewOf } from './views.ts';

const workspace = (members: number) => ({ product: 'workspace', limits: { members } });
const api = { product: 'api', limits: { requestsPerDay: 10 } };
const catalog = catalogOf({
  products: new Map([
    ['workspace', { limits: ['members'] }],
    ['api', { limits: ['requestsPerDay'] }],
  ]),
  plans: new Map([
    ['none', { entitlements: [] }],
    ['small', { entitlements: [workspace(5)] }],
    ['team', { entitlements: [workspace(50), api] }],
    ['open', { entitlements: [{ product: 'workspace', limits: {} }] }],
  ]),
});
const on = (plan: string, over: Partial<TenantView> = {}): TenantView => {
  const tenant = tenantOf({ plan });
  return viewOf({ tenant, catalog, entitlements: entitledTo(tenant, catalog, []), ...over });
};
const to = (plan: string, activates = false) => ({ plan, activates });
const used = (product: string, limit: string, count: number) => ({
  ...{ tenant: TENANT, product, limit, used: count },
});

test('a smaller plan retracts what it does not sell and asserts what it sells otherwise', () => {
  const { facts } = assureDecided(changePlan(on('team'), to('small'), 0));
  expect(facts.map(({ op, subject }) => `${op} ${subject}`)).toEqual([
    `assert tenant:${TENANT}`,
    'retract entitlement:api',
    'assert entitlement:workspace',
  ]);
});

test('the same plan again says nothing, and a plan that the catalog changed says what differs', () => {
  expect(assureDecided(changePlan(on('team'), to('team'), 0)).facts).toEqual([]);
  const plans = new Map([...catalog.plans, ['team', { entitlements: [workspace(60), api] }]]);
  const changed = on('team', { catalog: { ...catalog, plans } as Catalog });
  const { facts } = assureDecided(changePlan(changed, to('team'), 0));
  expect(facts.map(({ subject }) => subject)).toEqual(['entitlement:workspace']);
});

describe('use', () => {
  test.each([
    ['small', used('workspace', 'members', 5), 'decided'],
    ['small', used('workspace', 'members', 6), 'plan-below-use'],
    ['small', used('api', 'requestsPerDay', 1), 'plan-below-use'],
    ['none', used('workspace', 'members', 1), 'plan-below-use'],
    ['none', used('workspace', 'members', 0), 'decided'],
    ['open', used('workspace', 'members', 1_000), 'decided'],
  ])('a change to %s with %j is %s', (plan, usage, outcome) => {
    expect(refusalOf(changePlan(on('team', { usage: [usage] }), to(plan), 0))).toBe(outcome);
  });

  test('above the limits of today does not forbid a larger plan', () => {
    const view = on('small', { usage: [used('workspace', 'members', 90)] });
    expect(refusalOf(changePlan(view, to('team'), 0))).toBe('decided');
  });
});

test.each([
  ['tenant-not-found', on('team', { tenant: undefined }), to('small')],
  ['tenant-state', on('team', { tenant: tenantOf({ state: 'frozen' }) }), to('small')],
  ['tenant-state', on('team'), to('small', true)],
  ['plan-unknown', on('team'), to('golden')],
])('a plan change is refused with %s', (code, view, command) => {
  expect(refusalOf(changePlan(view, command, 0))).toBe(code);
});

describe('an answer to a request', () => {
  const pending = { tenant: TENANT, state: 'pending', limits: {} } as const;
  const asked = (product: string) => [{ ...pending, id: 'r', product }];
  const answer = (answer: 'granted' | 'refused', limits = {}) => ({ request: 'r', answer, limits });
  const limitsIn = ({ facts }: { facts: readonly FactDraft[] }) =>
    facts.map(({ subject, body }) => [subject, (body as { limits?: unknown }).limits]);

  test('takes no limit away and sets none where the plan has none', () => {
    const open = on('open', { requests: asked('workspace') });
    expect(assureDecided(answerRequest(open, answer('granted', { members: 20 }), 0)).facts).toEqual(
      [],
    );
    const small = on('small', { requests: asked('workspace') });
    expect(limitsIn(assureDecided(answerRequest(small, answer('granted'), 0)))).toEqual([
      ['entitlement:workspace', {}],
    ]);
  });

  test('says nothing of other products, whatever the catalog says by now', () => {
    const plans = new Map([...catalog.plans, ['team', { entitlements: [workspace(1), api] }]]);
    const view = on('team', { catalog: { ...catalog, plans } as Catalog, requests: asked('api') });
    expect(assureDecided(answerRequest(view, answer('refused'), 0)).facts).toEqual([]);
    const granted = answerRequest(view, answer('granted', { requestsPerDay: 99 }), 0);
    expect(limitsIn(assureDecided(granted))).toEqual([['entitlement:api', { requestsPerDay: 99 }]]);
  });

  test.each([
    ['active', 'decided', 'decided'],
    ['frozen', 'tenant-state', 'decided'],
    ['archived', 'tenant-state', 'tenant-state'],
  ] as const)('of a tenant that is %s: a grant is %s, a refusal %s', (state, granted, refused) => {
    const view = on('small', {
      tenant: tenantOf({ state, plan: 'small' }),
      requests: asked('api'),
    });
    expect(refusalOf(answerRequest(view, answer('granted'), 0))).toBe(granted);
    expect(refusalOf(answerRequest(view, answer('refused'), 0))).toBe(refused);
  });
});

/** Folds a decision into the rows and the live facts that it left. */
function applied(view: TenantView, changes: readonly Change[]): TenantView {
  return changes.reduce((before, change): TenantView => {
    switch (change.type) {
      case 'tenant':
        return { ...before, tenant: change.tenant };
      case 'entitlement':
        return {
          ...before,
          entitlements: [...without(before, change.entitlement.product), change.entitlement],
        };
      case 'entitlement-removed':
        return { ...before, entitlements: without(before, change.product) };
      case 'product-request':
        return {
          ...before,
          requests: before.requests.map((one) =>
            one.id === change.request.id ? change.request : one,
          ),
        };
      default:
        return before;
    }
  }, view);
}

const without = ({ entitlements }: TenantView, product: string) =>
  entitlements.filter((one) => one.product !== product);

function fold(live: Map<string, unknown>, facts: readonly FactDraft[]): void {
  for (const { subject, op, body } of facts)
    if (op === 'assert') live.set(subject, body);
    else live.delete(subject);
}

/** Any sequence of changes and grants; `spoil` takes facts away. Gives what differs at its end. */
function walk(seed: number, spoil: (facts: readonly FactDraft[]) => readonly FactDraft[]) {
  const dice = new Dice(seed);
  let view = on('none');
  const live = new Map<string, unknown>([[`tenant:${TENANT}`, undefined]]);
  for (let n = 0; n < 30; n += 1) {
    const id = `request-${n}`;
    const product = dice.pick(['workspace', 'api']);
    const asked = { id, tenant: TENANT, product, state: 'pending', limits: {} } as const;
    const limits = product === 'api' ? { requestsPerDay: n } : { members: n };
    if (dice.chance(0.2)) view = { ...view, requests: [...view.requests, asked] };
    const decision = view.requests.some((request) => request.id === id)
      ? answerRequest(
          view,
          { request: id, answer: dice.pick(['granted', 'refused'] as const), limits },
          n,
        )
      : changePlan(view, to(dice.pick([...catalog.plans.keys()])), n);
    const { changes, facts } = assureDecided(decision);
    view = applied(view, changes);
    fold(live, spoil(facts));
  }
  const { tenant, requests } = view;
  if (tenant === undefined) throw new Error('no tenant');
  const wanted = entitledTo(tenant, catalog, requests).map(({ product, plan, limits }) => [
    `entitlement:${product}`,
    { product, plan, limits, until: null },
  ]);
  const stated = tenantFact(tenant as Parameters<typeof tenantFact>[0]).body;
  return {
    live: Object.fromEntries(live),
    wanted: { ...Object.fromEntries(wanted), [`tenant:${TENANT}`]: stated },
  };
}

describe('after any sequence of plan changes and grants', () => {
  const SEEDS = Array.from({ length: 300 }, (_, seed) => seed + 1);

  test('the live facts are what the plan sells and what was granted, no more and no less', () => {
    for (const seed of SEEDS) {
      const { live, wanted } = walk(seed, (facts) => facts);
      expect({ seed, live }).toEqual({ seed, live: wanted });
    }
  });

  test.each(['retract', 'assert'])('negative control: without its %s facts it is not', (op) => {
    const spoilt = SEEDS.map((seed) => walk(seed, (facts) => facts.filter((f) => f.op !== op)));
    const differ = spoilt.filter(({ live, wanted }) => {
      return Object.keys(live).toSorted().join() !== Object.keys(wanted).toSorted().join();
    });
    expect(differ.length).toBeGreaterThan(0);
  });
});
