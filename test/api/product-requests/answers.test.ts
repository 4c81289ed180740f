import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { answerProductRequest } from '../../../api/product-requests/answer.ts';
import { listProductRequests, requestProduct } from '../../../api/product-requests/routes.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { changeTenants, idOf, sagaOf, sell } from '../../support/api/sold.ts';
import type { Ask, TestApi } from '../../support/api/test-api.ts';

const KEY = { 'Idempotency-Key': 'k1' };

async function asking(api: TestApi): Promise<Ask> {
  const { tenant } = await sell(api);
  const path = `/v1/tenants/${tenant}/product-requests`;
  return { method: 'POST', path, body: { product: 'workspace' } };
}

describeAnswers({
  route: requestProduct,
  valid: asking,
  cases: {
    201: async (api, valid) => {
      const answer = await api.ask({ ...valid, headers: KEY });
      expect(answer.json).toMatchObject({ product: 'workspace', state: 'pending', limits: {} });
      // The same key has the same answer, also when the tenant may not ask any more.
      changeTenants(api, { state: 'frozen' });
      expect((await api.ask({ ...valid, headers: KEY })).json).toEqual(answer.json);
      return answer;
    },
    'tenant-state': (api, valid) => {
      changeTenants(api, { state: 'frozen' });
      return api.ask(valid);
    },
    'product-unknown': (api, valid) => api.ask({ ...valid, body: { product: 'wings' } }),
    'request-pending': async (api, valid) => {
      await api.ask(valid);
      return api.ask(valid);
    },
    'idempotency-key-reused': async (api, valid) => {
      await api.ask({ ...valid, headers: KEY });
      return api.ask({ ...valid, headers: KEY, body: { product: 'api' } });
    },
  },
});

describeAnswers({
  route: listProductRequests,
  valid: async (api) => {
    const valid = await asking(api);
    await api.ask(valid);
    return { path: valid.path };
  },
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ productRequests: [{ state: 'pending' }] });
      return answer;
    },
  },
});

describeAnswers({
  route: answerProductRequest,
  valid: async (api) => {
    const valid = await asking(api);
    const path = `${valid.path}/${idOf(await api.ask(valid))}/answer`;
    const body = { answer: 'granted', limits: { members: 60 } };
    return { method: 'POST', path, body };
  },
  cases: {
    202: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.headers.get('Location')).toBe(`/v1/sagas/${sagaOf(answer)}`);
      expect(answer.json).toMatchObject({ saga: { kind: 'answerProductRequest' } });
      expect(api.engine.started).toContain(sagaOf(answer));
      return answer;
    },
    'not-found': (api, valid) =>
      api.ask({
        ...valid,
        path: valid.path.replace(/[^/]+\/answer$/, `${randomUUID()}/answer`),
      }),
    'tenant-busy': async (api, valid) => {
      await api.ask(valid);
      return api.ask(valid);
    },
    'tenant-state': (api, valid) => {
      changeTenants(api, { state: 'frozen' });
      return api.ask(valid);
    },
    'request-state': (api, valid) => {
      const { requests } = api.sales;
      requests.splice(0, 1, { ...requests[0]!, state: 'refused' });
      return api.ask(valid);
    },
    'product-unknown': async (api, valid) => {
      const body = { answer: 'granted', limits: { wings: 2 } };
      const answer = await api.ask({ ...valid, body });
      expect(answer.json).toMatchObject({
        detail: 'There is no workspace.wings in the catalog.',
      });
      return answer;
    },
    'idempotency-in-flight': (api, valid) => {
      api.registry.inFlight.add('k1');
      return api.ask({ ...valid, headers: KEY });
    },
    'idempotency-key-reused': async (api, valid) => {
      await api.ask({ ...valid, headers: KEY });
      return api.ask({ ...valid, headers: KEY, body: { answer: 'refused' } });
    },
  },
});
