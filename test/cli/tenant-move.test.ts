import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { activate } from '../support/api/provisioned.ts';
import { setAll } from '../support/api/tenant-changes.ts';
import { OPERATOR, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
  await activate(api);
  setAll(api, { isolation: 'silo' });
});
afterEach(() => api.close());

async function move(...args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(['tenants', 'move', ...args], {
    env: { TENURE_URL: api.url, OPERATOR_TOKEN: OPERATOR },
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

const sagaOf = () => [...api.registry.rows.operations.values()].at(-1);

test('move by slug asks for the mode, and says how to follow', async () => {
  const { code, out } = await move('acme', '--to', 'pool');
  expect(sagaOf()).toMatchObject({ kind: 'moveTenant', input: { to: 'pool' } });
  expect([code, out]).toEqual([0, expect.stringContaining(`sagas show ${sagaOf()?.id} --follow`)]);
});

test.each([
  ['a mode that is none', ['--to', 'both'], 'Allowed choices are silo, pool'],
  ['no mode', [], '--to <mode>'],
  ['the mode that it is in', ['--to', 'silo'], 'in that isolation mode already'],
])('%s is refused, and nothing is asked for', async (_, args, sentence) => {
  const { code, err } = await move('acme', ...args);
  expect([code === 0, err]).toEqual([false, expect.stringContaining(sentence)]);
  expect(sagaOf()?.kind).not.toBe('moveTenant');
});
