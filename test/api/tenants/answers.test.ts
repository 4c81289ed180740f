import { expect, test } from '@jest/globals';
import { createTenant } from '../../../api/tenants/create.ts';
import { getTenant, getTenantBySlug, listTenants } from '../../../api/tenants/read.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { provision } from '../../support/api/provisioned.ts';
import { startTestApi } from '../../support/api/test-api.ts';

const REQUEST = { slug: 'acme', admin: { email: 'ada@acme.example' } };
const POST = { method: 'POST', path: '/v1/tenants', body: REQUEST } as const;

describeAnswers({
  route: createTenant,
  valid: () => POST,
  cases: {
    201: async (api, valid) => {
      api.engine.onStart = (operation) => api.registry.activate(operation);
      const answer = await api.ask({ ...valid, headers: { Prefer: 'wait=5' } });
      expect(answer.json).toMatchObject({ tenant: { state: 'active' }, saga: { state: 'done' } });
      const { tenant } = answer.json as unknown as { tenant: { id: string } };
      expect(answer.headers.get('Location')).toBe(`/v1/tenants/${tenant.id}`);
      expect(answer.headers.get('Preference-Applied')).toBe('wait=5');
      return answer;
    },
    202: async (api, valid) => {
      const answer = await api.ask(valid);
      const { saga } = answer.json as unknown as { saga: { id: string } };
      expect(answer.headers.get('Location')).toBe(`/v1/sagas/${saga.id}`);
      expect(api.engine.started).toEqual([saga.id]);
      expect(answer.json).toMatchObject({ tenant: { slug: 'acme', host: 'acme.tenure.test' } });
      return answer;
    },
    'slug-taken': async (api, valid) => {
      await provision(api);
      return api.ask(valid);
    },
    'host-taken': async (api, valid) => {
      const { tenant: id } = await provision(api);
      const taken = api.registry.rows.tenants.get(id)!;
      api.registry.rows.tenants.set(id, { ...taken, slug: 'renamed' });
      return api.ask(valid);
    },
    'idempotency-in-flight': (api, valid) => {
      api.registry.inFlight.add('k1');
      return api.ask({ ...valid, headers: { 'Idempotency-Key': 'k1' } });
    },
    'idempotency-key-reused': async (api, valid) => {
      const headers = { 'Idempotency-Key': 'k1' };
      await api.ask({ ...valid, headers });
      return api.ask({ ...valid, headers, body: { ...REQUEST, slug: 'other' } });
    },
    'plan-unknown': async (api, valid) => {
      const answer = await api.ask({ ...valid, body: { ...REQUEST, plan: 'gold' } });
      expect(answer.json).toMatchObject({ errors: [{ at: '/plan' }] });
      return answer;
    },
  },
});

describeAnswers({
  route: getTenant,
  valid: async (api) => ({ path: `/v1/tenants/${(await provision(api)).tenant}` }),
  cases: { 200: (api, valid) => api.ask(valid) },
});

describeAnswers({
  route: getTenantBySlug,
  valid: async (api) => {
    await provision(api);
    return { path: '/v1/tenants/by-slug/acme' };
  },
  cases: {
    200: (api, valid) => api.ask(valid),
    'not-found': (api) => api.ask({ path: '/v1/tenants/by-slug/nobody' }),
    'request-invalid': (api) => api.ask({ path: '/v1/tenants/by-slug/UPPER' }),
  },
});

describeAnswers({
  route: listTenants,
  valid: () => ({ path: '/v1/tenants' }),
  cases: {
    200: async (api, valid) => {
      await provision(api);
      return api.ask(valid);
    },
    'cursor-invalid': (api) => api.ask({ path: '/v1/tenants?cursor=e30.AAAA' }),
  },
});

test('the slug of a failed tenant finds nobody until it is taken again', async () => {
  const api = await startTestApi();
  try {
    const failed = await provision(api);
    api.registry.unwind(failed.saga);
    expect((await api.ask({ path: '/v1/tenants/by-slug/acme' })).status).toBe(404);
    expect((await api.ask({ path: `/v1/tenants/${failed.tenant}` })).json).toMatchObject({
      state: 'failed',
    });
    const again = await provision(api);
    expect(again.tenant).not.toBe(failed.tenant);
    expect((await api.ask({ path: '/v1/tenants/by-slug/acme' })).json).toMatchObject({
      id: again.tenant,
    });
  } finally {
    await api.close();
  }
});
