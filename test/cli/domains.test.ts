import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { activate } from '../support/api/provisioned.ts';
import { OPERATOR, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

let api: TestApi;
let tenant: string;
beforeEach(async () => {
  api = await startTestApi();
  ({ tenant } = await activate(api));
});
afterEach(() => api.close());

async function tenure(...args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(['domains', ...args], {
    env: { TENURE_URL: api.url, OPERATOR_TOKEN: OPERATOR },
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

const idOf = () => [...api.registry.rows.domains.keys()][0] ?? '';
const add = (...more: string[]) => tenure('add', tenant, 'shop.example.com', ...more);
const RECORD = /record +_tenure-challenge\.shop\.example\.com TXT "tenure-domain=[\w-]{43}"/;

test('add and show print the record that proves the domain', async () => {
  expect(await add()).toMatchObject({ code: 0, out: expect.stringMatching(RECORD) });
  expect((await tenure('show', tenant, idOf())).out).toMatch(RECORD);
});

test('add with the same key again is the same domain', async () => {
  const key = ['--idempotency-key', 'k1'];
  expect(await add(...key)).toEqual(await add(...key));
  expect(api.registry.rows.domains.size).toBe(1);
});

test('add of a name that is none exits with 1 and says what is wrong', async () => {
  const { code, err } = await tenure('add', tenant, 'co.uk');
  expect([code, err]).toEqual([1, expect.stringContaining('public suffix')]);
});

test('list shows them, and says how to add one when there is none', async () => {
  expect((await tenure('list', tenant)).out).toContain('tenure domains add');
  await add();
  expect((await tenure('list', tenant)).out).toMatch(/claimed +shop\.example\.com/);
});

test('look tells the saga, remove begins another', async () => {
  await add();
  expect(await tenure('look', tenant, idOf())).toMatchObject({ code: 0 });
  expect(api.engine.messages).toMatchObject([[idOf(), { name: 'look' }]]);
  const { code, out } = await tenure('remove', tenant, idOf(), '--idempotency-key', 'k2');
  const [saga] = [...api.registry.rows.operations.values()].slice(-1);
  expect([code, out]).toEqual([0, expect.stringContaining(`tenure sagas show ${saga?.id}`)]);
  const again = await tenure('remove', tenant, idOf(), '--idempotency-key', 'k2');
  expect(again.out).toBe(out);
});
