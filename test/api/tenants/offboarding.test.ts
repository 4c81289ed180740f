import { expect } from '@jest/globals';
import { getExport, offboardTenant, revokeOffboarding } from '../../../api/tenants/offboarding.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { activate, provision } from '../../support/api/provisioned.ts';
import {
  accepts,
  busyBy,
  frozen,
  idempotency,
  leaving,
  sagaOf,
  setAll,
} from '../../support/api/tenant-changes.ts';
import type { TestApi } from '../../support/api/test-api.ts';

const NOBODY = '00000000-0000-4000-8000-000000000001';

describeAnswers({
  route: offboardTenant,
  valid: async (api) => {
    const { tenant } = await activate(api);
    return { method: 'POST', path: `/v1/tenants/${tenant}/offboard` };
  },
  cases: {
    ...idempotency,
    202: async (api, valid) => {
      const answer = await accepts(api, valid, 'offboardTenant');
      // Also one that is frozen already.
      const { tenant } = await activate(api, 'unpaid');
      setAll(api, frozen);
      const path = `/v1/tenants/${tenant}/offboard`;
      expect((await api.ask({ ...valid, path })).status).toBe(202);
      return answer;
    },
    'tenant-busy': async (api, valid) => {
      const made = await provision(api, 'young');
      const path = `/v1/tenants/${made.tenant}/offboard`;
      expect((await api.ask({ ...valid, path })).json).toMatchObject({ saga: made.saga });
      return busyBy(api, valid);
    },
    'tenant-leaving': async (api, valid) => {
      setAll(api, { ...frozen, ...leaving });
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ saga: leaving.offboarding });
      return answer;
    },
    'tenant-state': (api, valid) => {
      setAll(api, { state: 'archived', ...leaving });
      return api.ask(valid);
    },
  },
});

/** A tenant whose offboarding is accepted. */
async function leave(api: TestApi, slug?: string) {
  const { tenant } = await activate(api, slug);
  const answer = await api.ask({ method: 'POST', path: `/v1/tenants/${tenant}/offboard` });
  return { tenant, saga: sagaOf(answer) };
}

describeAnswers({
  route: revokeOffboarding,
  valid: async (api) => {
    const { tenant } = await leave(api);
    return { method: 'POST', path: `/v1/tenants/${tenant}/offboard/revoke` };
  },
  cases: {
    202: async (api, valid) => {
      const { tenant, saga } = await leave(api, 'other');
      const path = `/v1/tenants/${tenant}/offboard/revoke`;
      const headers = { 'Idempotency-Key': 'k1' };
      const answer = await api.ask({ ...valid, path, headers });
      expect(answer.headers.get('Location')).toBe(`/v1/sagas/${saga}`);
      expect(answer.json).toMatchObject({ saga: { id: saga, kind: 'offboardTenant' } });
      // The freeze has released the lock: the tenant's row tells by whom it leaves.
      setAll(api, { ...frozen, offboarding: saga });
      const { operations } = api.registry.rows;
      operations.set(saga, { ...operations.get(saga)!, state: 'waiting' });
      await api.ask({ ...valid, path, headers });
      const [first, again] = api.engine.messages;
      expect(first).toMatchObject([saga, { name: 'revoke', told: { operation: saga } }]);
      expect(again).toEqual(first);
      return answer;
    },
    'not-found': (api, valid) =>
      api.ask({ ...valid, path: `/v1/tenants/${NOBODY}/offboard/revoke` }),
    'tenant-not-leaving': async (api, valid) => {
      const { tenant } = await activate(api, 'staying');
      const path = `/v1/tenants/${tenant}/offboard/revoke`;
      setAll(api, { state: 'archived', ...leaving });
      expect((await api.ask({ ...valid, path })).status).toBe(409);
      setAll(api, { state: 'active', offboarding: null });
      return api.ask({ ...valid, path });
    },
    'command-refused': (api, valid) => {
      api.engine.refusal = 'The retention is over';
      return api.ask(valid);
    },
    'engine-unavailable': (api, valid) => {
      api.engine.mode = 'absent';
      return api.ask(valid);
    },
  },
});

const DOCUMENT = {
  format: 'tenure-export/1',
  tenant: {
    ...{ id: NOBODY, slug: 'acme', host: 'acme.test', displayName: 'Acme', state: 'active' },
    ...{ stateBefore: null, isolation: 'silo', plan: 'team', demo: false, issuer: null },
    ...{ databaseUrl: null, createdAt: '2026-01-01T00:00:00.000Z' },
  },
  members: [{ id: NOBODY, state: 'active', identity: null, roles: ['org-owner'] }],
  ...{ usage: [], productRequests: [], domains: [] },
  ...{ invitations: [], entitlements: [{ product: 'p', plan: 'team', limits: { seats: 3 } }] },
  ...{ facts: ['1 0 {}'], checkpoint: 'note', keySets: ['set'], proofs: [['aGFzaA==']] },
};

describeAnswers({
  route: getExport,
  valid: async (api) => {
    const { tenant } = await activate(api);
    await api.exports.put(tenant, JSON.stringify(DOCUMENT), AbortSignal.timeout(1_000));
    return { path: `/v1/tenants/${tenant}/export` };
  },
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.json).toEqual(DOCUMENT);
      return answer;
    },
    'not-found': async (api, valid) => {
      const { tenant } = await activate(api, 'staying');
      const path = `/v1/tenants/${tenant}/export`;
      const nothing = await api.ask({ ...valid, path });
      const nobody = await api.ask({ ...valid, path: `/v1/tenants/${NOBODY}/export` });
      expect(nobody.json).toEqual(nothing.json);
      return nothing;
    },
  },
});
