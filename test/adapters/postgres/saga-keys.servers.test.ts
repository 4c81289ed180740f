import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSagaKeys } from '../../../adapters/postgres/saga-keys.ts';
import {
  accepted,
  provisionRequest,
  registryDatabase,
  SEALING_KEY,
  type RegistryDatabase,
} from './registry-database.ts';

type Role = Parameters<typeof createSagaKeys>[0]['role'];

let registry: RegistryDatabase;
let keys: Record<Role, ReturnType<typeof createSagaKeys>>;

beforeAll(async () => {
  registry = await registryDatabase();
  const { databaseUrl } = registry;
  const as = (role: Role) => createSagaKeys({ databaseUrl, role, sealingKey: SEALING_KEY });
  keys = {
    tenure_operator: as('tenure_operator'),
    tenure_worker: as('tenure_worker'),
    tenure_sequencer: as('tenure_sequencer'),
  };
});
afterAll(async () => {
  await Promise.all(Object.values(keys).map((each) => each.close()));
  await registry.close();
});

const anOperation = () => accepted(registry.api.operations, provisionRequest());
const end = (operation: string) =>
  registry.admin.query(
    `update operations set state = 'done', holds_lock = false, ended_at = now() where id = $1`,
    [operation],
  );

test('every process is given the same key of a tenant, also all at once', async () => {
  const tenant = randomUUID();
  const asked = Object.values(keys).flatMap((each) => [each.keyOf(tenant), each.keyOf(tenant)]);
  const given = (await Promise.all(asked)).map((key) => Buffer.from(key).toString('hex'));
  expect(new Set(given).size).toBe(1);
  expect(given[0]).toHaveLength(64);
  expect(await keys.tenure_worker.keyOf(randomUUID())).not.toEqual(
    await keys.tenure_worker.keyOf(tenant),
  );
});

test('a key does not stand readable in its row', async () => {
  const tenant = randomUUID();
  const key = Buffer.from(await keys.tenure_worker.keyOf(tenant));
  const { rows } = await registry.admin.query<{ sealed: Buffer }>(
    'select sealed from saga_keys where tenant = $1',
    [tenant],
  );
  expect(rows[0]?.sealed.includes(key)).toBe(false);
  expect(rows[0]?.sealed.includes(key.toString('base64'))).toBe(false);
});

describe.each(['tenure_operator', 'tenure_worker', 'tenure_sequencer'] as const)('%s', (role) => {
  test('learns whose operation it is', async () => {
    const { id, tenant } = await anOperation();
    expect(await keys[role].tenantOf(id)).toBe(tenant);
    await expect(keys[role].tenantOf(randomUUID())).rejects.toMatchObject({
      code: 'saga-operation-unknown',
    });
  });
});

test('the sequencer learns nothing else of an operation', async () => {
  const client = await registry.admin.connect();
  try {
    await client.query('begin; set local role tenure_sequencer');
    await expect(client.query('select input from operations')).rejects.toThrow(/permission/);
  } finally {
    await client.query('rollback');
    client.release();
  }
});

describe('erasure', () => {
  test('destroys the key for ever, when the last saga of the tenant has ended', async () => {
    const { id, tenant } = await anOperation();
    const worker = keys.tenure_worker;
    await worker.keyOf(tenant);
    await worker.condemn(tenant);
    expect(await worker.destroyCondemned(0)).not.toContain(tenant);
    await worker.keyOf(tenant);
    await end(id);
    expect(await worker.destroyCondemned(60_000)).not.toContain(tenant);
    expect(await worker.destroyCondemned(0)).toContain(tenant);
    await expect(worker.keyOf(tenant)).rejects.toMatchObject({ code: 'saga-key-destroyed' });
    expect(await worker.destroyCondemned(0)).toEqual([]);
  });

  test('touches no tenant that is not condemned', async () => {
    const { id, tenant } = await anOperation();
    const key = await keys.tenure_worker.keyOf(tenant);
    await end(id);
    await keys.tenure_worker.destroyCondemned(0);
    expect(await keys.tenure_worker.keyOf(tenant)).toEqual(key);
  });
});
