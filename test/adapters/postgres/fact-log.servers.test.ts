import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createFactLog, createFactReader } from '../../../adapters/postgres/fact-log.ts';
import { createLeaderLock } from '../../../adapters/postgres/leader-lock.ts';
import { createOutboxBell } from '../../../adapters/postgres/bell.ts';
import { EMPTY_HASH, leafHash, runningHash } from '../../../facts/crypto/hash.ts';
import { shardOf } from '../../../facts/crypto/shard.ts';
import { utf8 } from '../../../facts/core/bytes.ts';
import type { PlacedFact, SignedFact, SignedHeads } from '../../../ports/fact-log.ts';
import { eventually } from '../../support/eventually.ts';
import {
  accepted,
  provisionRequest,
  registryDatabase,
  type RegistryDatabase,
} from './registry-database.ts';

const NO_SIGNAL = new AbortController().signal;

let registry: RegistryDatabase;
let log: ReturnType<typeof createFactLog>;
let fence: number;
const opened: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  registry = await registryDatabase();
  log = createFactLog(registry);
  opened.push(registry, log);
  const leadership = await createLeaderLock(registry).acquire(NO_SIGNAL);
  fence = leadership.fence;
  await leadership.resign();
});
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
});

const sign = (facts: readonly PlacedFact[]): Promise<SignedFact[]> =>
  Promise.resolve(
    facts.map((fact) => ({ ...fact, keyId: 'key', signature: new Uint8Array(64).fill(1) })),
  );

async function newTenant(): Promise<string> {
  return (await accepted(registry.api.operations, provisionRequest())).tenant;
}

/** Commits `count` facts that are nobody's statement: the log does not read payloads. */
async function addFacts(tenant: string, count: number): Promise<string[]> {
  return registry.worker.commits.transact([tenant], async (transaction) => {
    const { seq } = await transaction.head(tenant);
    const facts = Array.from({ length: count }, (_, at) => {
      const payload = utf8(`${tenant} ${seq + 1 + at}`);
      return { id: randomUUID(), tenant, seq: seq + 1 + at, payload, leafHash: leafHash(payload) };
    });
    await transaction.appendFacts(facts);
    return facts.map(({ id }) => id);
  });
}

async function sequenceAll(limit = 100): Promise<SignedFact[]> {
  const all: SignedFact[] = [];
  for (;;) {
    const batch = await log.sequence(fence, limit, sign);
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}

describe('sequencing', () => {
  test('gives each fact one index without gaps, and each shard its positions', async () => {
    const tenants = await Promise.all(Array.from({ length: 5 }, newTenant));
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(tenants.map((tenant) => addFacts(tenant, 4)));
    }
    const signed = await sequenceAll(7);
    expect(signed.map(({ index }) => index)).toEqual(Array.from({ length: 60 }, (_, at) => at));
    const positions = await log.shardPositions();
    expect(positions).toHaveLength(256);
    for (const shard of new Set(tenants.map(shardOf))) {
      const lines = await log.readShard(shard, 1, 100);
      expect(lines.map(({ position }) => position)).toEqual(lines.map((_, at) => at + 1));
      expect(positions[shard]).toBe(lines.length);
      const hash = lines.reduce((head, line) => runningHash(head, line.leafHash), EMPTY_HASH);
      const text = 'select hash from shard_heads where shard = $1';
      const { rows } = await registry.admin.query<{ hash: Buffer }>(text, [shard]);
      expect(rows[0]?.hash).toEqual(Buffer.from(hash));
    }
  });

  test('keeps the order of each tenant, however small the batches', async () => {
    const tenants = await Promise.all(Array.from({ length: 3 }, newTenant));
    await Promise.all(tenants.map((tenant) => addFacts(tenant, 5)));
    const signed = await sequenceAll(2);
    for (const tenant of tenants) {
      const numbers = signed.filter((fact) => fact.tenant === tenant).map(({ seq }) => seq);
      expect(numbers).toEqual([1, 2, 3, 4, 5]);
    }
  });

  test('gives the bytes back as they were committed', async () => {
    const tenant = await newTenant();
    const [id] = await addFacts(tenant, 1);
    const [signed] = await sequenceAll();
    const [read] = await log.readShard(shardOf(tenant), 1, 1);
    expect(read).toMatchObject({ id, tenant, seq: 1, index: 0, position: 1, keyId: 'key' });
    expect(Buffer.from(read!.payload).toString()).toBe(`${tenant} 1`);
    expect(Buffer.from(read!.signature)).toEqual(Buffer.from(signed!.signature));
    expect(await log.indexesOf([id!, randomUUID()])).toEqual(new Map([[id, 0]]));
  });

  test('shows the signer the head of each tenant as the log holds it', async () => {
    const [known, fresh] = [await newTenant(), await newTenant()];
    await addFacts(known, 1);
    const [signed] = await sequenceAll();
    await addFacts(known, 2);
    await addFacts(fresh, 1);
    let seen: SignedHeads = new Map();
    await log.sequence(fence, 10, (facts, { heads }) => {
      seen = heads;
      return sign(facts);
    });
    const head = { seq: 1, hash: Buffer.from(signed!.leafHash) };
    expect(seen).toEqual(new Map([[known, head]]));
  });

  test('that cannot be signed leaves the outbox as it was', async () => {
    await addFacts(await newTenant(), 3);
    const failing = log.sequence(fence, 10, () => Promise.reject(new Error('no key')));
    await expect(failing).rejects.toThrow('no key');
    const partly = log.sequence(fence, 10, async (facts) => (await sign(facts)).slice(1));
    await expect(partly).rejects.toThrow('not every placed fact was signed');
    expect(await sequenceAll()).toHaveLength(3);
  });

  test('by an earlier leader is refused and writes nothing', async () => {
    await addFacts(await newTenant(), 1);
    const next = await createLeaderLock(registry).acquire(NO_SIGNAL);
    expect(next.fence).toBe(fence + 1);
    await expect(log.sequence(fence, 10, sign)).rejects.toMatchObject({
      name: 'LostLeadershipError',
    });
    expect(await log.sequence(next.fence, 10, sign)).toHaveLength(1);
    await next.resign();
  });

  test('writes nothing when the leader changed while it was being signed', async () => {
    await addFacts(await newTenant(), 1);
    const lock = createLeaderLock(registry);
    const overtaken = log.sequence(fence, 10, async (facts) => {
      const leadership = await lock.acquire(NO_SIGNAL);
      fence = leadership.fence;
      await leadership.resign();
      return sign(facts);
    });
    await expect(overtaken).rejects.toMatchObject({ name: 'LostLeadershipError' });
    expect(await sequenceAll()).toHaveLength(1);
  });

  test('locks nothing while it is being signed: commits go on meanwhile', async () => {
    const tenant = await newTenant();
    await addFacts(tenant, 1);
    const signed = await log.sequence(fence, 10, async (facts) => {
      await addFacts(tenant, 1);
      return sign(facts);
    });
    expect(signed.map(({ seq }) => seq)).toEqual([1]);
    expect((await sequenceAll()).map(({ seq }) => seq)).toEqual([2]);
  });

  test('negative control: two sequencers with one fence cannot both place a fact', async () => {
    const tenant = await newTenant();
    await addFacts(tenant, 20);
    const batches = await Promise.all(
      Array.from({ length: 10 }, () => log.sequence(fence, 2, sign)),
    );
    const indexes = batches.flat().map(({ index }) => index);
    expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at));
  });

  test('negative control: an outbox row that comes twice is refused by the log', async () => {
    const tenant = await newTenant();
    await addFacts(tenant, 1);
    await registry.admin.query('create table kept as select * from outbox');
    await sequenceAll();
    await registry.admin.query('insert into outbox select * from kept');
    await expect(log.sequence(fence, 10, sign)).rejects.toMatchObject({ code: '23505' });
  });
});

test('history is read by a role that can change nothing', async () => {
  const tenant = await newTenant();
  await addFacts(tenant, 3);
  await sequenceAll();
  const reader = createFactReader(registry);
  opened.push(reader);
  const lines = await reader.readShard(shardOf(tenant), 2, 1);
  expect(lines.map(({ position }) => position)).toEqual([2]);
  expect((await reader.shardPositions())[shardOf(tenant)]).toBe(3);
});

test('the bell rings after a commit, and again after its connection was cut', async () => {
  let rung = 0;
  const listening = await createOutboxBell(registry).listen(() => (rung += 1));
  const tenant = await newTenant();
  const before = rung;
  await addFacts(tenant, 1);
  await eventually(() => rung > before, { what: 'the bell after a commit' });
  await registry.admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where query like 'listen%' and datname = current_database()`,
  );
  const cut = rung;
  await eventually(() => rung > cut, { what: 'the bell after its return' });
  const back = rung;
  await addFacts(tenant, 1);
  await eventually(() => rung > back, { what: 'the bell after a second commit' });
  await listening.close();
});
