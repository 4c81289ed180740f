import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readManifests } from '../../adapters/manifests/read.ts';
import { createFactReader } from '../../adapters/postgres/fact-log.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import { domainNames } from '../../adapters/system/domain-names.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { declarePlatform } from '../../registry/platform.ts';
import { registryDatabase, SEALING_KEY } from '../adapters/postgres/registry-database.ts';
import type { RegistryDatabase } from '../adapters/postgres/registry-database.ts';
import { expectProblem } from '../support/api/describe-answers.ts';
import { startTestApi } from '../support/api/test-api.ts';
import type { Answer, TestApi } from '../support/api/test-api.ts';

/*
 * The API over the real store: what only Postgres can show. The engine is a fake that starts
 * nothing, so tenants stay in `provisioning`.
 */
const LOG = { log: 'tenure.test/api', epoch: 1 };
const AT_ONCE = 50;

let database: RegistryDatabase;
let api: TestApi;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await registryDatabase();
  const platform = { ...database.worker, ids: systemIds, clock: systemClock };
  await declarePlatform(platform, LOG, await readManifests());
  api = await startOver(database.databaseUrl);
  closing.push(() => api.close(), database.close);
});
afterAll(async () => {
  for (const close of closing) await close();
});

async function startOver(databaseUrl: string): Promise<TestApi> {
  const store = createStore({ databaseUrl, role: 'tenure_api', sealingKey: SEALING_KEY });
  const facts = createFactReader({ databaseUrl });
  closing.push(store.close, facts.close);
  const { operations, tenants, invitations, sales, domains, secrets, probe } = store;
  return startTestApi({
    operations,
    tenants,
    invitations,
    domains,
    secrets,
    sales,
    facts,
    store: probe,
    accept: {
      operations,
      tenants,
      invitations,
      sales,
      domains,
      names: domainNames,
      ids: systemIds,
      clock: systemClock,
      domain: 'tenure.test',
      seeds: new Map([['acme', '00000000-0000-0000-0000-000000000001']]),
    },
  });
}

const post = (slug: string, headers: Record<string, string> = {}): Promise<Answer> =>
  api.ask({
    method: 'POST',
    path: '/v1/tenants',
    body: { slug, admin: { email: 'ada@acme.example' } },
    headers,
  });

const sagaOf = ({ json }: Answer): string => (json as unknown as { saga: { id: string } }).saga.id;

test('of 50 simultaneous requests for one slug exactly one wins', async () => {
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => post('contested')));
  const lost = answers.filter(({ status }) => status !== 202);
  expect(lost).toHaveLength(AT_ONCE - 1);
  for (const answer of lost) expectProblem(answer, 'slug-taken');
  const { rows } = await database.admin.query(`select 1 from tenants where slug = 'contested'`);
  expect(rows).toHaveLength(1);
});

test('of 50 simultaneous requests for the seeded acme exactly one wins, too', async () => {
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => post('acme')));
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  expect(statuses).toEqual([202, ...Array.from({ length: AT_ONCE - 1 }, () => 409)]);
  expect((await api.ask({ path: '/v1/tenants/by-slug/acme' })).json).toMatchObject({
    id: '00000000-0000-0000-0000-000000000001',
  });
});

test('50 simultaneous requests of one Idempotency-Key have one effect and one answer', async () => {
  const answers = await Promise.all(
    Array.from({ length: AT_ONCE }, () => post('repeated', { 'Idempotency-Key': 'k-1' })),
  );
  const accepted = answers.filter(({ status }) => status === 202);
  expect(new Set(accepted.map(sagaOf)).size).toBe(1);
  // One that came while the first was being worked on may be told so; nothing else.
  for (const answer of answers)
    if (answer.status !== 202) expectProblem(answer, 'idempotency-in-flight');
  expect(sagaOf(await post('repeated', { 'Idempotency-Key': 'k-1' }))).toBe(sagaOf(accepted[0]!));
  expectProblem(await post('else', { 'Idempotency-Key': 'k-1' }), 'idempotency-key-reused');
});

test('a tenant is busy while its saga runs', async () => {
  const { json } = await post('busy');
  const { tenant, saga } = json as unknown as Record<'tenant' | 'saga', { id: string }>;
  const path = `/v1/tenants/${tenant.id}/members`;
  expect((await api.ask({ path })).json).toEqual({ members: [] });
  expect((await api.ask({ path: `/v1/sagas?tenant=${tenant.id}` })).json).toMatchObject({
    sagas: [{ id: saga.id, state: 'running' }],
  });
});

test('the slug of a tenant whose provisioning was undone is free again', async () => {
  const first = await post('again');
  await database.worker.operations.undoAcceptance(sagaOf(first), Date.now());
  const second = await post('again');
  expect(second.status).toBe(202);
  expect(sagaOf(second)).not.toBe(sagaOf(first));
});

test('pages hold every tenant once, in the order of their creation', async () => {
  const seen: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const query: string = next === '' ? '' : `&cursor=${next}`;
    const { json } = await api.ask({ path: `/v1/tenants?limit=2${query}` });
    const page = json as unknown as { tenants: { id: string }[]; next: string | null };
    seen.push(...page.tenants.map(({ id }) => id));
    next = page.next;
  }
  const { rows } = await database.admin.query<{ id: string }>(
    `select id from tenants where slug <> '' order by created_at, id`,
  );
  expect(seen).toEqual(rows.map(({ id }) => id));
});

test('facts are read by shard; none is signed here', async () => {
  const { status, text } = await api.ask({ path: '/v1/facts?shard=37' });
  expect([status, text]).toEqual([200, '']);
});

test('without Postgres every route says so, and readiness with them', async () => {
  const gone = await startOver('postgres://postgres@127.0.0.1:1/gone');
  try {
    expectProblem(await gone.ask({ path: '/v1/tenants' }), 'store-unavailable');
    expectProblem(
      await gone.ask({
        method: 'POST',
        path: '/v1/tenants',
        body: { slug: 'gone', admin: { email: 'ada@acme.example' } },
      }),
      'store-unavailable',
    );
    expect((await gone.ask({ path: '/readyz', token: null })).status).toBe(503);
    expect((await gone.ask({ path: '/healthz', token: null })).status).toBe(200);
  } finally {
    await gone.close();
  }
});
