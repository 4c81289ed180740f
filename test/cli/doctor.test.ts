import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import type { Found } from '../../domain/reconcile/report.ts';
import { activate } from '../support/api/provisioned.ts';
import { OPERATOR, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

let api: TestApi;
/** What the doctor is made to find, by tenant; the platform's is a look at everything. */
let found: Map<string, Found[]>;
let begun: string[];
beforeEach(async () => {
  api = await startTestApi();
  [found, begun] = [new Map(), []];
  api.engine.onStart = (id) => {
    const operation = api.registry.rows.operations.get(id);
    if (operation === undefined || !operation.kind.startsWith('reconcile')) return;
    api.registry.rows.operations.set(id, { ...operation, state: 'done' });
    const findings = found.get(operation.kind) ?? [];
    const report = { operation: id, tenant: operation.tenant, findings, examinedAtMs: 0 };
    api.reports.set(id, { ...report, repair: operation.input['repair'] === true, begun });
  };
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

const drift = (mended: boolean | null): Found => ({
  ...{ place: 'dns', code: 'drift', name: 'acme.example.test', tenant: randomUUID(), mended },
  ...{ repair: 'ensure', attribute: { name: 'ttl', wanted: '60', found: '5' } },
});
const foreign: Found = {
  ...{ place: 'route', code: 'foreign', name: 'acme', tenant: randomUUID() },
  ...{ repair: null, mended: false },
};

test('where nothing is out of place it says so, and exits with 0', async () => {
  expect(await tenure('doctor')).toMatchObject({ code: 0, out: 'Nothing is out of place.\n' });
  const asked = [...api.reports.values()];
  expect(asked).toMatchObject([{ repair: false }]);
});

test('the plan of one tenant says what would be done, and exits with 1', async () => {
  const { tenant } = await activate(api);
  const slug = api.registry.rows.tenants.get(tenant)?.slug ?? '';
  found.set('reconcileTenant', [drift(null)]);
  const { code, out, err } = await tenure('doctor', slug);
  expect(code).toBe(1);
  expect(out).toMatch(/dns +drift +acme\.example\.test +ttl: 5, not 60 +would ensure/u);
  expect(out).toContain('drift: Run `tenure doctor --repair`');
  expect(err).toBe('1 found that is not mended.\n');
});

test('what was mended exits with 0', async () => {
  const { tenant } = await activate(api);
  found.set('reconcileTenant', [drift(true)]);
  const { code, out } = await tenure('doctor', tenant, '--repair');
  expect([code, out]).toEqual([0, expect.stringMatching(/ mended\n$/u)]);
  expect([...api.reports.values()]).toMatchObject([{ repair: true, tenant }]);
});

test('what is not ours is told with what to do, and exits with 1', async () => {
  found.set('reconcileAll', [foreign]);
  const { code, out } = await tenure('doctor', '--repair');
  expect(code).toBe(1);
  expect(out).toMatch(/foreign +acme +reported/u);
  expect(out).toContain('never touched');
});

test('a look at everything shows what the sagas of the tenants found', async () => {
  const { tenant } = await activate(api);
  const first = JSON.parse((await tenure('--json', 'doctor', tenant)).out) as Answer;
  begun = [first.reports[0]?.saga ?? ''];
  api.reports.set(begun[0] ?? '', {
    ...{ operation: begun[0] ?? '', tenant, repair: true, begun: [], examinedAtMs: 0 },
    findings: [drift(false)],
  });
  const { code, out } = await tenure('doctor', '--repair');
  expect([code, out]).toEqual([1, expect.stringContaining('not mended')]);
});

test('a tenant that is not there is a refusal', async () => {
  expect(await tenure('doctor', 'nobody')).toMatchObject({ code: 1, out: '' });
});

interface Answer {
  readonly reports: readonly { readonly saga: string }[];
}
