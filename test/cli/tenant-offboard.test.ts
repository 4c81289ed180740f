import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { activate } from '../support/api/provisioned.ts';
import { OPERATOR, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

let api: TestApi;
let tenant: string;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-cli-'));
  api = await startTestApi();
  ({ tenant } = await activate(api));
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

async function tenure(...args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(['tenants', ...args], {
    env: { TENURE_URL: api.url, OPERATOR_TOKEN: OPERATOR },
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

const sagaOf = () => [...api.registry.rows.operations.values()].at(-1);

test('offboard by slug says how to follow; with --wait it is done when the retention waits', async () => {
  const { code, out } = await tenure('offboard', 'acme');
  expect(sagaOf()).toMatchObject({ kind: 'offboardTenant', tenant });
  expect([code, out]).toEqual([0, expect.stringContaining(`sagas show ${sagaOf()?.id} --follow`)]);
  await activate(api, 'other');
  api.engine.onStart = (id) => {
    const { operations } = api.registry.rows;
    operations.set(id, { ...operations.get(id)!, state: 'waiting' });
  };
  expect((await tenure('offboard', 'other', '--wait')).code).toBe(0);
});

test('revoke-offboarding tells the saga; who does not leave is told so', async () => {
  const refused = await tenure('revoke-offboarding', 'acme');
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('not being offboarded')]);
  await tenure('offboard', tenant);
  expect((await tenure('revoke-offboarding', tenant)).code).toBe(0);
  expect(api.engine.messages).toMatchObject([[sagaOf()?.id, { name: 'revoke' }]]);
});

test('export writes a new file that its owner alone may read', async () => {
  const file = join(folder, 'acme.json');
  const missing = await tenure('export', 'acme', file);
  expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('nothing here')]);
  const document = { facts: ['1 0 {}', '2 4 {}'] };
  await api.exports.put(tenant, JSON.stringify(document), AbortSignal.timeout(1_000));
  const { code, out } = await tenure('export', 'acme', file);
  expect([code, out]).toEqual([0, expect.stringContaining(`acme: 2 facts and all rows, ${file}`)]);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const again = await tenure('export', 'acme', file);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('that is not there')]);
});
