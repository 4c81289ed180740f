import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SagaEngineError } from '../../../ports/saga-engine.ts';
import { beginTrial, changeTenants, sagaOf, setTrial } from '../../support/api/sold.ts';
import { startTestApi, type TestApi } from '../../support/api/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

const ask = (tenant: string, headers: Record<string, string> = {}) =>
  api.ask({
    ...{ method: 'POST', path: `/v1/tenants/${tenant}/activate` },
    ...{ body: { plan: 'team' }, headers },
  });

test('a running trial is told by an update, and no operation is made', async () => {
  const { tenant, saga } = await beginTrial(api);
  const operations = api.registry.rows.operations.size;
  const answer = await ask(tenant);
  expect([answer.status, sagaOf(answer)]).toEqual([202, saga]);
  expect(api.engine.messages).toMatchObject([[saga, { name: 'convert', told: { plan: 'team' } }]]);
  expect(api.registry.rows.operations.size).toBe(operations);
});

test('one idempotency key is one update; without one each request is its own', async () => {
  const { tenant } = await beginTrial(api);
  const headers = { 'Idempotency-Key': 'k1' };
  for (const each of [headers, headers, {}, {}]) await ask(tenant, each);
  const ids = api.engine.messages.map(([, { id }]) => id);
  expect([ids[0] === ids[1], new Set(ids).size]).toEqual([true, 3]);
});

test('a trial that ended before the tenant was unfrozen is sold by a plan change', async () => {
  const { tenant } = await beginTrial(api);
  setTrial(api, tenant, { state: 'ended' });
  api.engine.update = () => Promise.reject(new SagaEngineError('saga-not-found', 'It has ended.'));
  expect((await ask(tenant)).json).toMatchObject({ saga: { kind: 'changePlan' } });
});

test('a tenant that was sold already is told so', async () => {
  const { tenant } = await beginTrial(api);
  setTrial(api, tenant, { state: 'converted' });
  changeTenants(api, { state: 'active' });
  api.engine.update = () => Promise.reject(new SagaEngineError('saga-not-found', 'It has ended.'));
  const answer = await ask(tenant);
  expect([answer.status, answer.json]).toMatchObject([409, { detail: 'The tenant is active.' }]);
});
