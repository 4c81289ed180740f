import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFactLog } from '../../../adapters/postgres/fact-log.ts';
import { createLeaderLock } from '../../../adapters/postgres/leader-lock.ts';
import { createRecoveryStore } from '../../../adapters/postgres/recovery.ts';
import { runningHash, EMPTY_HASH } from '../../../facts/crypto/hash.ts';
import { shardOf } from '../../../facts/crypto/shard.ts';
import type { Leadership, SignedFact } from '../../../ports/fact-log.ts';
import type { Recovered } from '../../../ports/recovery.ts';
import { chainOf } from '../../registry/fake-fact-log.ts';
import {
  accepted,
  provisionRequest,
  registryDatabase,
  type RegistryDatabase,
} from './registry-database.ts';

let registry: RegistryDatabase;
let facts: ReturnType<typeof createFactLog>;
let store: ReturnType<typeof createRecoveryStore>;
let leadership: Leadership;
let tenant: string;

beforeEach(async () => {
  registry = await registryDatabase();
  facts = createFactLog(registry);
  store = createRecoveryStore(registry);
  leadership = await createLeaderLock(registry).acquire(new AbortController().signal);
  ({ tenant } = await accepted(registry.api.operations, provisionRequest()));
});
afterEach(async () => {
  await leadership.resign();
  await Promise.all([facts.close(), store.close()]);
  await registry.close();
});

const signedFacts = (count: number): SignedFact[] =>
  chainOf(count, tenant).map((fact, index) => ({
    ...fact,
    ...{ index, position: index + 1, shard: shardOf(tenant), keyId: 'key' },
    signature: new Uint8Array(64),
  }));

const recover = (over: Partial<Recovered> = {}, fence = leadership.fence) =>
  store.recover(fence, {
    ...{ base: 0, facts: signedFacts(2), keySets: [], epoch: 1 },
    rewrite: (waiting) => waiting,
    restore: () => [],
    ...over,
  });

const commit = (from: number, to: number) =>
  registry.worker.commits.transact([tenant], (transaction) =>
    transaction.appendFacts(chainOf(to, tenant).slice(from)),
  );

describe('what is recovered', () => {
  test('is in the log with its heads, and the chain goes on behind it', async () => {
    await recover();
    const { nextIndex, shards } = await facts.heads();
    const hashes = signedFacts(2).map(({ leafHash }) => leafHash);
    expect(nextIndex).toBe(2);
    expect(shards[shardOf(tenant)]).toEqual({
      count: 2,
      hash: Buffer.from(hashes.reduce(runningHash, EMPTY_HASH)),
    });
    await commit(2, 3);
    expect(await facts.readShard(shardOf(tenant), 1, 9)).toHaveLength(2);
    expect(await store.signedHeads([tenant])).toMatchObject(new Map([[tenant, { seq: 2 }]]));
  });

  test('is written whole or not at all, and again is harmless', async () => {
    await commit(0, 1);
    const die = () => {
      throw new Error('killed');
    };
    await expect(recover({ epoch: 2, rewrite: die })).rejects.toThrow('killed');
    expect((await facts.heads()).nextIndex).toBe(0);
    const head = await registry.admin.query('select epoch, key_set from log_head');
    expect(head.rows).toEqual([{ epoch: '1', key_set: '0' }]);
    await recover({ rewrite: () => [] });
    expect((await facts.heads()).nextIndex).toBe(2);
  });

  test('meets every commit: one that is under way ends before', async () => {
    const locked = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const committing = registry.worker.commits.transact([tenant], async (transaction) => {
      await transaction.head(tenant);
      locked.resolve();
      await go.promise;
      await transaction.appendFacts(chainOf(1, tenant));
    });
    await locked.promise;
    const seen: string[] = [];
    const recovering = recover({
      facts: [],
      epoch: 2,
      rewrite: (waiting) => {
        seen.push(...waiting.map(({ id }) => id));
        return waiting;
      },
    });
    go.resolve();
    await Promise.all([committing, recovering]);
    expect(seen).toEqual(chainOf(1, tenant).map(({ id }) => id));
    const next = await registry.worker.commits.transact([tenant], (t) => t.head(tenant));
    expect(next).toMatchObject({ seq: 1, epoch: 2 });
  });

  test.each([
    ['by a former leader', {}, -1],
    ['behind another place', { base: 1 }, 0],
  ])('%s is refused', async (_what, over, fenceOff) => {
    const refused = recover(over, leadership.fence + fenceOff);
    await expect(refused).rejects.toMatchObject({ name: 'LostLeadershipError' });
    expect((await facts.heads()).nextIndex).toBe(0);
  });

  test('lifts the fence above any that the backup does not know', async () => {
    const before = Date.now();
    await recover();
    const { rows } = await registry.admin.query<{ fence: string }>('select fence from log_head');
    expect(Number(rows[0]?.fence)).toBeGreaterThanOrEqual(before);
  });
});
