import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { toHex } from '../../facts/core/bytes.ts';
import { parsePayload } from '../../facts/core/payload.ts';
import { runningHash, EMPTY_HASH } from '../../facts/crypto/hash.ts';
import { shardOf } from '../../facts/crypto/shard.ts';
import { unpackNode } from '../../facts/log/state/file.ts';
import { liveFactsOf } from '../../facts/log/state/live-facts.ts';
import { shardScope, StateWalk } from '../../facts/log/state/walk.ts';
import type { TenantState } from '../../facts/log/state/walk.ts';
import { naiveState } from '../facts/log/state/naive-state.ts';
import { nextFact, stateRegistry, type StateRegistry } from './state-registry.ts';
import { LOG } from './fake-fact-log.ts';

let registry: StateRegistry;
beforeEach(async () => {
  registry = await stateRegistry();
});
afterEach(() => registry.close());

const leads = () => false;
const snapshot = (store: Parameters<StateRegistry['snapshotter']>[0] = {}) =>
  registry.snapshotter(store).run(registry.fence, leads);

const count = async (where = 'true'): Promise<number> => {
  const { rows } = await registry.registry.admin.query<{ count: string }>(
    `select count(*) from state_nodes where ${where}`,
  );
  return Number(rows[0]?.count);
};

/** All that the log holds, as it was signed. */
const allFacts = async () => {
  const signed = await registry.facts.readLog(0, 10_000);
  return signed.map(({ payload }) => parsePayload(payload));
};

const walkAll = async (): Promise<{ tenants: TenantState[]; nodes: number }> => {
  const { root } = (await registry.note())!;
  const walk = new StateWalk(
    root,
    shardScope(() => true),
  );
  const tenants: TenantState[] = [];
  let nodes = 0;
  for (let wanted = walk.next(); wanted !== undefined; wanted = walk.next()) {
    tenants.push(
      ...walk.take(wanted, unpackNode((await registry.reader.findStateNode(wanted.hash))!)),
    );
    nodes += 1;
  }
  return { tenants, nodes };
};

const expectTrueState = async (): Promise<void> => {
  const { root } = (await registry.note())!;
  expect(toHex(root)).toBe(toHex(naiveState(await allFacts())));
};

test('the tree is that of the signed log, and so are the heads of the shards', async () => {
  const tenants = await Promise.all(Array.from({ length: 5 }, registry.newTenant));
  for (const tenant of tenants) await registry.change(tenant, [1, 2, 3, -2]);
  await registry.sequence();
  await snapshot();
  await expectTrueState();
  const note = (await registry.note())!;
  const signed = await registry.facts.readLog(0, 100);
  for (const shard of new Set(tenants.map(shardOf))) {
    const lines = signed.filter((one) => one.shard === shard);
    expect(note.heads[shard]).toEqual({
      count: lines.length,
      hash: lines.map(({ leafHash }) => leafHash).reduce(runningHash, EMPTY_HASH),
    });
  }
  const { tenants: states } = await walkAll();
  const live = states.flatMap((state) => liveFactsOf(state, { log: LOG, epoch: 1 }));
  expect(live).toHaveLength(5 * 2);
});

test('before any signed checkpoint there is none, and soon after the first there is', async () => {
  const snapshotter = registry.snapshotter();
  expect(snapshotter.everyMs).toBeLessThanOrEqual(1_000);
  await registry.change(await registry.newTenant(), [1]);
  await snapshotter.run(registry.fence, leads);
  expect(await registry.note()).toBeUndefined();
  await registry.sequence();
  await snapshotter.run(registry.fence, leads);
  expect((await registry.note())?.size).toBe(1);
  expect(snapshotter.everyMs).toBe(60_000);
});

test('the next one is grown: it reads and writes the paths to what changed, and only new facts', async () => {
  const tenants = await Promise.all(Array.from({ length: 3 }, registry.newTenant));
  for (const tenant of tenants) {
    await registry.change(
      tenant,
      Array.from({ length: 200 }, (_, n) => n),
    );
  }
  await registry.sequence();
  await snapshot();
  await registry.change(tenants[0]!, [7]);
  await registry.sequence();
  const [reads, writes, from]: [string[], string[], number[]] = [[], [], []];
  await snapshot({
    readStateNodes: (hashes) => {
      reads.push(...hashes.map(toHex));
      return registry.facts.readStateNodes(hashes);
    },
    addStateNodes: (round, nodes) => {
      writes.push(...nodes.map(({ hash }) => toHex(hash)));
      return registry.facts.addStateNodes(round, nodes);
    },
    readLog: (first, limit) => {
      from.push(first);
      return registry.facts.readLog(first, limit);
    },
  });
  // Three tenants of weight 200 each: inner nodes down to a page of its own.
  expect(reads.length).toBe(new Set(reads).size);
  expect(writes.length).toBe(reads.length);
  expect(writes.length).toBeLessThan(await count());
  expect(from[0]).toBe(600);
  await expectTrueState();
});

test('what it does not need any more is dropped, stays an hour, and is then removed', async () => {
  const tenant = await registry.newTenant();
  await registry.change(tenant, [1]);
  await registry.sequence();
  await snapshot();
  const before = (await registry.note())!.root;
  await registry.change(tenant, [2]);
  await registry.sequence();
  await snapshot();
  expect(await count('dropped_at is not null')).toBe(1);
  expect(await registry.reader.findStateNode(before)).toBeDefined();
  await snapshot();
  expect(await count()).toBe(2);
  await registry.registry.admin.query(
    `update state_nodes set dropped_at = dropped_at - interval '61 minutes'`,
  );
  await snapshot();
  expect(await registry.reader.findStateNode(before)).toBeUndefined();
  expect(await count()).toBe(1);
  await expectTrueState();
});

test('a crash between the nodes and their note costs nothing but what is then dropped', async () => {
  const tenant = await registry.newTenant();
  await registry.change(tenant, [1]);
  await registry.sequence();
  await snapshot();
  await registry.change(tenant, [2]);
  await registry.sequence();
  const dies = () => Promise.reject(new Error('killed'));
  await expect(snapshot({ saveState: dies })).rejects.toThrow('killed');
  expect((await registry.note())?.size).toBe(1);
  // Other facts come before the next try, which is to leave nothing of the first one.
  await registry.change(tenant, [3]);
  await registry.sequence();
  await snapshot();
  await expectTrueState();
  const { nodes } = await walkAll();
  expect(await count('dropped_at is null')).toBe(nodes);
  expect(await count('dropped_at is not null')).toBe(2);
});

test('whoever owns the database cannot have the log key state a size that he likes', async () => {
  await registry.change(await registry.newTenant(), [1, 2]);
  await registry.sequence();
  const { findNote } = registry.facts;
  const checkpoint = await findNote('checkpoint');
  const larger = checkpoint?.replace('\n2\n', `\n${2 ** 50}\n`);
  const served: typeof findNote = (kind) =>
    kind === 'checkpoint' ? Promise.resolve(larger) : findNote(kind);
  await expect(snapshot({ findNote: served })).rejects.toMatchObject({
    code: 'note-signature-invalid',
  });
  // Nor by taking facts away behind a true one.
  const readLog: typeof registry.facts.readLog = async (from, limit) =>
    (await registry.facts.readLog(from, limit)).filter(({ index }) => index < 1);
  await expect(snapshot({ readLog })).rejects.toThrow('1 facts in a log of size 2');
  expect(await registry.note()).toBeUndefined();
  await snapshot();
  expect((await registry.note())?.size).toBe(2);
});

test('a former leader leaves no note', async () => {
  await registry.change(await registry.newTenant(), [1]);
  await registry.sequence();
  await expect(registry.snapshotter().run(registry.fence - 1, leads)).rejects.toMatchObject({
    name: 'LostLeadershipError',
  });
  expect(await registry.note()).toBeUndefined();
});

test('one whose leadership ends stops in the midst of it', async () => {
  await registry.change(
    await registry.newTenant(),
    Array.from({ length: 100 }, (_, n) => n),
  );
  await registry.sequence();
  await expect(registry.snapshotter().run(registry.fence, () => true)).rejects.toMatchObject({
    name: 'LostLeadershipError',
  });
  expect(await registry.note()).toBeUndefined();
});

test('what became void is not in the next one, which is made from the first fact on', async () => {
  const tenant = await registry.newTenant();
  await registry.change(tenant, [1, 2, 3]);
  await registry.sequence();
  await snapshot();
  await registry.publish(({ fact: [key] }, nextIndex) => ({
    fact: [
      { ...key!, to: nextIndex, void: 1 },
      { key: nextFact.publicKey, from: nextIndex, to: null, void: null },
    ],
  }));
  await snapshot();
  const note = (await registry.note())!;
  expect(note).toMatchObject({ size: 3, keySetVersion: 2 });
  const { tenants, nodes } = await walkAll();
  // Chained all the same.
  expect(tenants).toMatchObject([{ tenant, seq: 3, live: 1 }]);
  expect(await count('dropped_at is null')).toBe(nodes);
});

describe.each([
  ['a note that does not hold', `update log_notes set note = 'x' where kind = 'state'`],
  ['nodes that are gone', 'delete from state_nodes'],
])('with %s', (_what, damage) => {
  test('the next one is made from the first fact on', async () => {
    const tenant = await registry.newTenant();
    await registry.change(tenant, [1, 2]);
    await registry.sequence();
    await snapshot();
    await registry.registry.admin.query(damage);
    await registry.change(tenant, [3]);
    await registry.sequence();
    await snapshot();
    await expectTrueState();
  });
});

test('a log that is longer than fits is folded shard by shard, to the same tree', async () => {
  const tenants = await Promise.all(Array.from({ length: 4 }, registry.newTenant));
  for (const tenant of tenants) await registry.change(tenant, [1, 2, -1]);
  await registry.sequence();
  await registry.snapshotter({}, { maxFactsAtOnce: 5 }).run(registry.fence, leads);
  await expectTrueState();
  await registry.change(tenants[2]!, [5]);
  await registry.sequence();
  await registry.snapshotter({}, { maxFactsAtOnce: 0 }).run(registry.fence, leads);
  await expectTrueState();
  expect(await count('dropped_at is null')).toBe((await walkAll()).nodes);
});

describe('a hand in the database', () => {
  test.each([
    [
      'a fact',
      `update facts set payload = convert_to(replace(convert_from(payload, 'utf8'), '000000000001"', '000000000009"'), 'utf8') where index = 0`,
    ],
    ['a signature', `update facts set signature = set_byte(signature, 3, 7) where index = 0`],
    ['a place', 'update facts set position = position + 1'],
  ])('that changes %s is not vouched for by the log key', async (_what, change) => {
    await registry.change(await registry.newTenant(), [1]);
    await registry.sequence();
    await registry.registry.admin.query(change);
    await expect(snapshot()).rejects.toThrow('is not what was signed');
    expect(await registry.note()).toBeUndefined();
  });

  test('that changes a node is noticed by its name', async () => {
    const [one, other] = [await registry.newTenant(), await registry.newTenant()];
    await registry.change(one, [1]);
    await registry.sequence();
    await snapshot();
    const forged = await registry.facts.findStateNode((await registry.note())!.root);
    await registry.change(one, [2]);
    await registry.change(other, [2]);
    await registry.sequence();
    await snapshot();
    await registry.registry.admin.query('update state_nodes set file = $1', [Buffer.from(forged!)]);
    await registry.change(one, [3]);
    await registry.sequence();
    await expect(snapshot()).rejects.toThrow('is not what its name says');
  });
});
