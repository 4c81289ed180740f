import { expect } from '@jest/globals';
import { listPlans, listProducts } from '../../../api/plans/catalog.ts';
import { activateTenant, changePlan } from '../../../api/plans/change.ts';
import { getEntitlements, setUsage } from '../../../api/plans/entitlements.ts';
import { describeAnswers, type Answers } from '../../support/api/describe-answers.ts';
import { changeTenants, sagaOf, sell, setTrial } from '../../support/api/sold.ts';

const KEY = { 'Idempotency-Key': 'k1' };

describeAnswers({
  route: listPlans,
  valid: () => ({ path: '/v1/plans' }),
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      const workspace = { product: 'workspace', limits: { members: 50 } };
      expect(answer.json).toEqual({
        plans: [
          { name: 'free', entitlements: [] },
          { name: 'team', entitlements: [workspace] },
        ],
      });
      return answer;
    },
  },
});

describeAnswers({
  route: listProducts,
  valid: () => ({ path: '/v1/products' }),
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.json).toEqual({ products: [{ name: 'workspace', limits: ['members'] }] });
      return answer;
    },
  },
});

describeAnswers({
  route: getEntitlements,
  valid: async (api) => ({ path: `/v1/tenants/${(await sell(api)).tenant}/entitlements` }),
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      const workspace = { product: 'workspace', plan: 'team', limits: { members: 50 }, used: {} };
      expect(answer.json).toEqual({ entitlements: [workspace] });
      return answer;
    },
  },
});

describeAnswers({
  route: setUsage,
  valid: async (api) => ({
    method: 'PUT',
    path: `/v1/tenants/${(await sell(api)).tenant}/usage`,
    body: { usage: { workspace: { members: 12 } } },
  }),
  cases: {
    200: async (api, valid) => {
      await api.ask(valid);
      const answer = await api.ask({ ...valid, body: { usage: { workspace: { members: 7 } } } });
      expect(answer.json).toMatchObject({ entitlements: [{ used: { members: 7 } }] });
      return answer;
    },
    'request-invalid': async (api, valid) => {
      const body = { usage: { workspace: { members: -1 } } };
      const answer = await api.ask({ ...valid, body });
      expect(answer.json).toMatchObject({ errors: [{ at: '/usage/workspace/members' }] });
      return answer;
    },
    'product-unknown': async (api, valid) => {
      const body = { usage: { workspace: { members: 1, wings: 2 } } };
      const answer = await api.ask({ ...valid, body });
      expect(answer.json).toMatchObject({
        detail: 'There is no workspace.wings in the catalog.',
      });
      // All or nothing.
      const shown = await api.ask({ path: valid.path.replace('usage', 'entitlements') });
      expect(shown.json).toMatchObject({ entitlements: [{ used: {} }] });
      return answer;
    },
  },
});

/** What both routes refuse alike; the same body is a valid one of either. */
const REFUSALS: Answers['cases'] = {
  'tenant-busy': async (api, valid) => {
    const first = await api.ask(valid);
    const second = await api.ask({ ...valid, body: { plan: 'team' } });
    expect(second.json).toMatchObject({ saga: sagaOf(first) });
    return second;
  },
  'tenant-state': (api, valid) => {
    changeTenants(api, { state: 'frozen' });
    return api.ask(valid);
  },
  'plan-unknown': (api, valid) => api.ask({ ...valid, body: { plan: 'golden' } }),
  'plan-below-use': async (api, valid) => {
    const path = valid.path.replace(/\/(plan|activate)$/, '/usage');
    await api.ask({ method: 'PUT', path, body: { usage: { workspace: { members: 1 } } } });
    const answer = await api.ask(valid);
    expect(answer.json).toMatchObject({
      detail: 'The plan free is below present use: workspace.members 1 of 0.',
    });
    return answer;
  },
  'idempotency-in-flight': (api, valid) => {
    api.registry.inFlight.add('k1');
    return api.ask({ ...valid, headers: KEY });
  },
  'idempotency-key-reused': async (api, valid) => {
    const again = await api.ask({ ...valid, headers: KEY });
    expect(sagaOf(await api.ask({ ...valid, headers: KEY }))).toBe(sagaOf(again));
    return api.ask({ ...valid, headers: KEY, body: { plan: 'team' } });
  },
};

describeAnswers({
  route: changePlan,
  valid: async (api) => ({
    method: 'POST',
    path: `/v1/tenants/${(await sell(api)).tenant}/plan`,
    body: { plan: 'free' },
  }),
  cases: {
    ...REFUSALS,
    202: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.headers.get('Location')).toBe(`/v1/sagas/${sagaOf(answer)}`);
      expect(answer.json).toMatchObject({ saga: { kind: 'changePlan' } });
      expect(api.engine.started).toContain(sagaOf(answer));
      const { input } = api.registry.rows.operations.get(sagaOf(answer))!;
      expect(input).toEqual({ plan: 'free', activates: false });
      return answer;
    },
  },
});

describeAnswers({
  route: activateTenant,
  // Its trial has not begun: no saga is to be told.
  valid: async (api) => {
    const { tenant } = await sell(api);
    changeTenants(api, { state: 'trial' });
    return { method: 'POST', path: `/v1/tenants/${tenant}/activate`, body: { plan: 'free' } };
  },
  cases: {
    ...REFUSALS,
    202: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ saga: { kind: 'changePlan' } });
      const { input } = api.registry.rows.operations.get(sagaOf(answer))!;
      expect(input).toEqual({ plan: 'free', activates: true });
      return answer;
    },
    'command-refused': async (api, valid) => {
      const tenant = valid.path.split('/')[3] ?? '';
      const [operation] = api.registry.rows.operations.keys();
      setTrial(api, tenant, { operation: operation! });
      api.engine.refusal = 'There is no plan golden.';
      return api.ask(valid);
    },
    'engine-unavailable': async (api, valid) => {
      const tenant = valid.path.split('/')[3] ?? '';
      const [operation] = api.registry.rows.operations.keys();
      setTrial(api, tenant, { operation: operation! });
      api.engine.mode = 'absent';
      return api.ask(valid);
    },
  },
});
