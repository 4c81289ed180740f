import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseWaitS, WAIT_MAX_S } from '../../../api/tenants/prefer.ts';
import { provision } from '../../support/api/provisioned.ts';
import { startTestApi } from '../../support/api/test-api.ts';
import type { Answer, TestApi } from '../../support/api/test-api.ts';

const REQUEST = { slug: 'acme', admin: { email: 'ada@acme.example' } };

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

const post = (headers: Record<string, string> = {}, part: object = {}): Promise<Answer> =>
  api.ask({ method: 'POST', path: '/v1/tenants', body: { ...REQUEST, ...part }, headers });

test('of 50 simultaneous requests for one slug exactly one wins', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => post()));
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  expect(statuses).toEqual([202, ...Array.from({ length: 49 }, () => 409)]);
  expect(api.registry.rows.tenants.size).toBe(1);
});

test('the same Idempotency-Key gives the same answer and one effect, also 50 at once', async () => {
  const headers = { 'Idempotency-Key': 'signup-1' };
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(headers)));
  const sagas = answers.map(({ json }) => (json as unknown as { saga: { id: string } }).saga.id);
  expect(new Set(sagas).size).toBe(1);
  expect(api.registry.rows.operations.size).toBe(1);
});

test('a replay is answered in another order of members, too', async () => {
  const headers = { 'Idempotency-Key': 'k' };
  const first = await post(headers, { plan: 'free', demo: true });
  const second = await api.ask({
    method: 'POST',
    path: '/v1/tenants',
    body: { demo: true, plan: 'free', admin: REQUEST.admin, slug: 'acme' },
    headers,
  });
  expect(second.json).toMatchObject({ saga: { id: (first.json as never as Id).saga.id } });
});
type Id = { saga: { id: string } };

test('a client secret is sealed, and stands neither in the operation nor in an answer', async () => {
  const secret = 'a-client-secret-1';
  const url = 'https://corp.example/x';
  const answer = await post(
    {},
    {
      identityProviders: [
        {
          alias: 'corp',
          issuer: url,
          authorizationUrl: url,
          tokenUrl: url,
          jwksUrl: url,
          clientId: 'c',
          clientSecret: secret,
        },
      ],
    },
  );
  expect(answer.status).toBe(202);
  const [operation] = api.registry.rows.operations.values();
  expect(JSON.stringify(operation)).not.toContain(secret);
  expect(answer.text + api.log.join()).not.toContain(secret);
  const tenant = operation?.tenant ?? '';
  expect(await api.registry.secrets.find(tenant, 'identity-provider/corp')).toBe(secret);
});

test('Prefer: wait answers 202 when the time is over', async () => {
  const startedAt = performance.now();
  expect((await post({ Prefer: 'wait=1' })).status).toBe(202);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
});

test('Prefer: wait answers at once when the saga was unwound meanwhile', async () => {
  api.engine.onStart = (operation) => api.registry.unwind(operation);
  const answer = await post({ Prefer: 'wait=60' });
  expect(answer.status).toBe(202);
  expect(answer.json).toMatchObject({ tenant: { state: 'failed' }, saga: { state: 'unwound' } });
});

test('a closing server ends what waits', async () => {
  const waiting = post({ Prefer: 'wait=60' }).catch(() => 'cut');
  await provision(api, 'other');
  await api.close();
  await waiting;
  api = await startTestApi();
});

test.each([
  ['wait=10', 10],
  ['respond-async, wait=5', 5],
  ['WAIT = "7"; x=y', 7],
  ['wait=100', WAIT_MAX_S],
  ['wait=0', 0],
  ['wait=-1', undefined],
  ['wait=1.5', undefined],
  ['waiting=5', undefined],
  [undefined, undefined],
])('Prefer: %s waits %p s', (prefer, seconds) => {
  expect(parseWaitS(prefer)).toBe(seconds);
});
