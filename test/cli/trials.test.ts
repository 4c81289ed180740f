import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { beginTrial } from '../support/api/sold.ts';
import { OPERATOR, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

let api: TestApi;
let tenant: string;
let saga: string;
beforeEach(async () => {
  api = await startTestApi();
  ({ tenant, saga } = await beginTrial(api));
});
afterEach(() => api.close());

async function tenure(...args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(['trials', ...args], {
    env: { TENURE_URL: api.url, OPERATOR_TOKEN: OPERATOR },
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

const told = () => api.engine.messages.map(([, { name }]) => name);

test('show tells when it ends', async () => {
  const { code, out } = await tenure('show', tenant);
  expect([code, out]).toEqual([0, expect.stringMatching(/state +running\nends +2030-01-01/)]);
});

test.each([
  ['extend', '2030-02-01T00:00:00Z', 'extend'],
  ['activate', 'team', 'convert'],
])('%s tells the saga, by one update for one key', async (verb, value, name) => {
  const tell = (key: string) => tenure(verb, tenant, value, '--idempotency-key', key);
  const first = await tell('k1');
  expect([first.code, first.out]).toEqual([0, expect.stringContaining(saga)]);
  expect(await tell('k1')).toEqual(first);
  await tell('k2');
  expect(told()).toEqual([name, name, name]);
  const ids = api.engine.messages.map(([, { id }]) => id);
  expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false]);
});

test('what the saga refuses exits with 1 and says why', async () => {
  api.engine.refusal = 'The new end is not later than the present one.';
  const { code, err } = await tenure('extend', tenant, '2029-01-01T00:00:00Z');
  expect([code, err]).toEqual([1, expect.stringContaining(api.engine.refusal)]);
});
