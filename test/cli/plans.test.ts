import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { sell } from '../support/api/sold.ts';
import { OPERATOR, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

let api: TestApi;
let tenant: string;
beforeEach(async () => {
  api = await startTestApi();
  ({ tenant } = await sell(api));
});
afterEach(() => api.close());

async function tenure(...args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(args, {
    env: { TENURE_URL: api.url, OPERATOR_TOKEN: OPERATOR },
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

const newest = () => [...api.registry.rows.operations.values()].at(-1);

test('list shows what each plan sells', async () => {
  const { code, out } = await tenure('plans', 'list');
  expect([code, out]).toEqual([0, expect.stringMatching(/team +workspace members=50/)]);
});

test('report takes totals, show tells them beside the limits', async () => {
  expect((await tenure('plans', 'report', tenant, 'workspace.members=12')).code).toBe(0);
  const { out } = await tenure('plans', 'show', tenant);
  expect(out).toMatch(/workspace +team +members=50 +members=12/);
});

test('a total that is not name=number exits with 2 and says how', async () => {
  const { code, err } = await tenure('plans', 'report', tenant, 'workspace.members');
  expect([code, err]).toEqual([2, expect.stringMatching(/not name=number.*\n.*members=12/)]);
});

test('change begins a saga, once for one key, and says how to follow it', async () => {
  const change = () => tenure('plans', 'change', tenant, 'free', '--idempotency-key', 'k1');
  const first = await change();
  expect(await change()).toEqual(first);
  const { id, kind, input } = newest() ?? {};
  expect([kind, input]).toEqual(['changePlan', { plan: 'free', activates: false }]);
  expect(first).toMatchObject({ code: 0, out: expect.stringContaining(`sagas show ${id}`) });
});

test('change below the use exits with 1 and names what exceeds', async () => {
  await tenure('plans', 'report', tenant, 'workspace.members=12');
  const { code, err } = await tenure('plans', 'change', tenant, 'free');
  expect([code, err]).toEqual([1, expect.stringContaining('workspace.members 12 of 0')]);
});

test('a product is asked for once for one key, listed, and granted with limits', async () => {
  const ask = () => tenure('plans', 'request', tenant, 'workspace', '--idempotency-key', 'k1');
  expect(await ask()).toEqual(await ask());
  const [{ id } = { id: '' }, ...more] = api.sales.requests;
  expect(more).toEqual([]);
  expect((await tenure('plans', 'requests', tenant)).out).toMatch(/workspace +pending/);
  const grant = () => tenure('plans', 'grant', tenant, id, 'members=60', '--idempotency-key', 'k2');
  expect(await grant()).toEqual(await grant());
  expect(newest()).toMatchObject({
    kind: 'answerProductRequest',
    input: { request: id, answer: 'granted', limits: { members: 60 } },
  });
});

test('refuse answers no', async () => {
  await tenure('plans', 'request', tenant, 'workspace');
  const [{ id } = { id: '' }] = api.sales.requests;
  expect((await tenure('plans', 'refuse', tenant, id)).code).toBe(0);
  expect(newest()?.input).toEqual({ request: id, answer: 'refused', limits: {} });
});
