import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OPERATOR, READER, startTestApi, UI_ORIGIN } from '../../support/api/test-api.ts';
import type { TestApi } from '../../support/api/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const sealed = { metadata: { encoding: 'YmluYXJ5L2VuY3J5cHRlZA==' }, data: 'c2VhbGVk' };
const body = { payloads: [sealed] };
const origin = { Origin: UI_ORIGIN };

test('an operator’s token opens payloads for a page of Temporal’s UI', async () => {
  const answer = await api.ask({ method: 'POST', path: '/codec/decode', body, headers: origin });
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({ payloads: [{ ...sealed, data: 'b3BlbmVk' }] });
  expect(answer.headers.get('access-control-allow-origin')).toBe(UI_ORIGIN);
});

test('a browser is asked for the token, and its answer counts', async () => {
  const refused = await api.ask({ path: '/codec', token: null });
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toMatch(/^Basic /);
  const basic = Buffer.from(`anybody:${OPERATOR}`).toString('base64');
  const headers = { Authorization: `Basic ${basic}` };
  expect((await api.ask({ path: '/codec', token: null, headers })).status).toBe(200);
});

test.each([
  ['no token', null, 401],
  ['another token', 'not-the-operators', 401],
  ['a reader’s token', READER, 403],
])('%s opens nothing', async (_name, token, status) => {
  const answer = await api.ask({ method: 'POST', path: '/codec/decode', body, token });
  expect(answer.status).toBe(status);
  expect(answer.text).not.toContain('b3BlbmVk');
});

test('a preflight is answered without a token, to the UI’s origin alone', async () => {
  const preflight = (Origin: string) =>
    api.ask({ method: 'OPTIONS', path: '/codec/decode', token: null, headers: { Origin } });
  const allowed = await preflight(UI_ORIGIN);
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get('access-control-allow-headers')).toContain('X-Namespace');
  const other = await preflight('http://evil.test');
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
});

test('what is no list of payloads is refused with where it is wrong', async () => {
  const wrong = { payloads: [{ data: '%%%' }] };
  const answer = await api.ask({ method: 'POST', path: '/codec/decode', body: wrong });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('/payloads/0/data');
});
