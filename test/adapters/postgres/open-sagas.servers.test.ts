import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createOpenSagas } from '../../../adapters/postgres/open-sagas.ts';
import { createMetrics } from '../../../adapters/prometheus/metrics.ts';
import { accepted, provisionRequest, registryDatabase } from './registry-database.ts';
import type { RegistryDatabase } from './registry-database.ts';

let registry: RegistryDatabase;
let openSagas: ReturnType<typeof createOpenSagas>;

beforeAll(async () => {
  registry = await registryDatabase();
  openSagas = createOpenSagas(registry.databaseUrl);
});
afterAll(async () => {
  await openSagas.close();
  await registry.close();
});

const anOperation = () => accepted(registry.api.operations, provisionRequest());
const change = (operation: string, state: string, reason: object | null) =>
  registry.admin.query(
    `update operations set state = $2, reason = $3, holds_lock = $4,
     ended_at = case when $4 then null else now() end where id = $1`,
    [operation, state, reason, state !== 'done'],
  );

test('open sagas of all tenants are counted by what they are and why they wait', async () => {
  const [, parked, alike, done] = await Promise.all([
    anOperation(),
    anOperation(),
    anOperation(),
    anOperation(),
  ]);
  const reason = { step: 'dns', code: 'dns.unavailable', message: randomUUID() };
  for (const { id } of [parked, alike]) await change(id, 'parked', reason);
  await change(done.id, 'done', null);
  const counted = await openSagas.count();
  expect(counted).toHaveLength(2);
  const kind = 'provisionTenant';
  expect(counted).toContainEqual({ kind, state: 'accepted', reason: '', count: 1 });
  expect(counted).toContainEqual({ kind, state: 'parked', reason: reason.code, count: 2 });
  const metrics = createMetrics();
  metrics.recordSagas(counted);
  expect(await metrics.format()).toContain(
    'tenure_sagas{kind="provisionTenant",state="parked",reason="dns.unavailable"} 2',
  );
});
