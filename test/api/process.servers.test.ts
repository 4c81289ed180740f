import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEV_OPERATOR_TOKEN } from '../../wiring/config/sections/access.ts';
import { startRegistryProcess } from '../../tools/stack/registry-process.ts';
import type { RegistryProcess } from '../../tools/stack/registry-process.ts';
import { readManifests } from '../../adapters/manifests/read.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { declarePlatform } from '../../registry/platform.ts';
import { eventually } from '../support/eventually.ts';
import { registryDatabase } from '../adapters/postgres/registry-database.ts';
import type { RegistryDatabase } from '../adapters/postgres/registry-database.ts';

const ANSWER_WITHIN_MS = 5_000;
const CLOSE_WITHIN_MS = 10_000;

let folder: string;
let database: RegistryDatabase;
let api: RegistryProcess;

/** The API's process without a Temporal, which a start must survive. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-api-'));
  database = await registryDatabase();
  const platform = { ...database.worker, ids: systemIds, clock: systemClock };
  await declarePlatform(platform, { log: 'tenure.test/api' }, await readManifests());
  const { databaseUrl } = database;
  const env = { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: '127.0.0.1:1' };
  api = await startRegistryProcess('api', env, folder);
});
afterAll(async () => {
  await api.stop();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const post = (slug: string, prefer?: string): Promise<Response> =>
  fetch(`${api.url}/v1/tenants`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${DEV_OPERATOR_TOKEN}`,
      'Content-Type': 'application/json',
      ...(prefer === undefined ? {} : { Prefer: prefer }),
    },
    body: JSON.stringify({ slug, admin: { email: 'ada@acme.example' } }),
  });

test('without Temporal the process starts, says so, and accepts what the starter will start', async () => {
  const ready = await fetch(`${api.url}/readyz`);
  expect(await ready.json()).toEqual({
    status: 'ready',
    dependencies: { store: 'ok', engine: 'unreachable' },
  });
  const accepted: string[] = [];
  let tookMs = Number.POSITIVE_INFINITY;
  // Again where the machine stopped us: without a deadline none would be answered in time.
  for (const slug of ['early', 'earlier', 'earliest']) {
    if (tookMs < ANSWER_WITHIN_MS) break;
    const startedAtMs = performance.now();
    const answer = await post(slug);
    tookMs = performance.now() - startedAtMs;
    const { saga } = (await answer.json()) as { saga: { id: string; state: string } };
    expect([answer.status, saga.state]).toEqual([202, 'accepted']);
    accepted.push(saga.id);
  }
  expect(tookMs).toBeLessThan(ANSWER_WITHIN_MS);
  const waiting = await database.worker.operations.listUnstarted(0, 10);
  expect(waiting.map(({ id }) => id)).toEqual(accepted);
});

test('SIGTERM answers what waits and ends the process', async () => {
  const waiting = post('late', 'wait=60');
  await eventually(async () => {
    const operations = await database.worker.operations.listUnstarted(0, 10);
    expect(operations.map(({ input }) => input['slug'])).toContain('late');
  });
  const startedAtMs = performance.now();
  await api.stop();
  expect((await waiting).status).toBe(202);
  expect(performance.now() - startedAtMs).toBeLessThan(CLOSE_WITHIN_MS);
});
