import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { createMemoryCheckpointStore } from '../../adapters/memory/checkpoint-store.ts';
import { createOutboxBell } from '../../adapters/postgres/bell.ts';
import { createFactLog, createFactReader } from '../../adapters/postgres/fact-log.ts';
import { createKeySetPublishing } from '../../adapters/postgres/key-sets.ts';
import { createLeaderLock } from '../../adapters/postgres/leader-lock.ts';
import { utf8 } from '../../facts/core/bytes.ts';
import { keyIdOf } from '../../facts/crypto/hash.ts';
import { shardOf } from '../../facts/crypto/shard.ts';
import { createSigner } from '../../facts/crypto/sign.ts';
import { openCheckpoint } from '../../facts/log/checkpoint.ts';
import { createNoteVerifier } from '../../facts/log/note-key.ts';
import { openHeartbeat } from '../../facts/log/open-heartbeat.ts';
import { openKeySet, trustedBy } from '../../facts/log/open-key-set.ts';
import { rootName } from '../../facts/log/key-set.ts';
import { TreeBuilder } from '../../facts/log/tree.ts';
import type { Signer } from '../../ports/signer.ts';
import { Heart } from '../../registry/heart.ts';
import { KeyRing } from '../../registry/key-ring.ts';
import { assureFirstKeySet, rotateKey } from '../../registry/key-sets.ts';
import { LogKeeper } from '../../registry/log-keeper.ts';
import { Publisher } from '../../registry/publisher.ts';
import { Sequencer } from '../../registry/sequencer.ts';
import { signFacts } from '../../registry/sign-facts.ts';
import {
  accepted,
  provisionRequest,
  registryDatabase,
  type RegistryDatabase,
} from '../adapters/postgres/registry-database.ts';
import { eventually } from '../support/eventually.ts';
import { chainOf, FakeStream, LOG } from './fake-fact-log.ts';

const signerBy = (seed: number): Signer => {
  const key = createSigner(new Uint8Array(32).fill(seed));
  return { ...key, keyId: keyIdOf(key.publicKey) };
};
const [root, fact, log, time, nextFact] = [1, 2, 3, 4, 5].map(signerBy) as [
  Signer,
  Signer,
  Signer,
  Signer,
  Signer,
];

let registry: RegistryDatabase;
let facts: ReturnType<typeof createFactLog>;
let keySets: ReturnType<typeof createKeySetPublishing>;
let keys: KeyRing;
let fence: number;

beforeEach(async () => {
  registry = await registryDatabase();
  facts = createFactLog(registry);
  keySets = createKeySetPublishing(registry);
  keys = new KeyRing(LOG, () => [fact, log, time, nextFact], facts);
  const leadership = await createLeaderLock(registry).acquire(new AbortController().signal);
  fence = leadership.fence;
  await leadership.resign();
});
afterEach(() => Promise.all([registry.close(), facts.close(), keySets.close()]));

const publishFirst = () =>
  assureFirstKeySet(keySets, LOG, () => ({
    root,
    fact: fact.publicKey,
    log: log.publicKey,
    time: time.publicKey,
  }));

async function commit(count: number): Promise<string> {
  const { tenant } = await accepted(registry.api.operations, provisionRequest());
  await registry.worker.commits.transact([tenant], (transaction) =>
    transaction.appendFacts(chainOf(count, tenant)),
  );
  return tenant;
}

const sequence = (before = () => Promise.resolve()) =>
  facts.sequence(fence, 1_000, async (placed, place) => {
    await before();
    const signerOf = (keySet: number, index: number) => keys.factSigner(keySet, index);
    return signFacts({ log: LOG, signerOf }, placed, place);
  });

test('checkpoint and heartbeat say what Postgres holds, and readers may read them', async () => {
  await publishFirst();
  const tenant = await commit(300);
  const signed = await sequence();
  const checkpoints = createMemoryCheckpointStore();
  const keeper = new LogKeeper({ log: LOG, keys, store: facts, checkpoints });
  await keeper.open(fence);
  await keeper.keep(fence);
  const announced: string[] = [];
  const heart = new Heart({
    ...{ log: LOG, keys, store: facts },
    stream: { announce: (note) => void announced.push(note) },
    clock: { nowMs: () => Date.parse('2026-11-26T00:00:00.000Z') },
  });
  await heart.beat(fence);

  const reader = createFactReader(registry);
  const tree = new TreeBuilder();
  for (const { leafHash } of signed) tree.append(leafHash);
  const note = utf8((await reader.findNote('checkpoint')) ?? '');
  const verifier = createNoteVerifier(LOG, log.publicKey);
  expect(openCheckpoint(note, LOG, [verifier])).toMatchObject({ size: 300, root: tree.root() });
  const set = openKeySet(utf8((await reader.findKeySet(1)) ?? ''), LOG, {
    version: 0,
    root: createNoteVerifier(rootName(LOG), root.publicKey),
    set: undefined,
  });
  const heartbeat = openHeartbeat(utf8((await reader.findNote('heartbeat')) ?? ''), set);
  expect(heartbeat.heads.map(({ count }) => count)).toEqual(await reader.shardPositions());
  expect(heartbeat.heads[shardOf(tenant)]?.count).toBe(300);
  expect(await reader.readTile({ level: 1, index: 0, width: 256 })).toHaveLength(1);
  expect(await reader.readPayloads(1, 256)).toHaveLength(44);
  await reader.close();
});

test('a rotated key signs from the next fact on, without a restart', async () => {
  await publishFirst();
  await commit(3);
  await sequence();
  await rotateKey(keySets, 'fact', root, () => nextFact.publicKey);
  const tenant = await commit(2);
  await sequence();
  const first = openKeySet(utf8((await facts.findKeySet(1)) ?? ''), LOG, {
    version: 0,
    root: createNoteVerifier(rootName(LOG), root.publicKey),
    set: undefined,
  });
  const second = openKeySet(utf8((await facts.findKeySet(2)) ?? ''), LOG, trustedBy(first));
  expect(second.fact.map(({ from, to }) => [from, to])).toEqual([
    [0, 3],
    [3, null],
  ]);
  const lines = await facts.readShard(shardOf(tenant), 1, 10);
  const ofTenant = lines.filter((line) => line.tenant === tenant);
  expect(new Set(ofTenant.map(({ keyId }) => keyId))).toEqual(new Set([nextFact.keyId]));
});

test('what was signed by a key that ended meanwhile is signed anew by the next', async () => {
  await publishFirst();
  await commit(2);
  let signings = 0;
  const signed = await sequence(async () => {
    signings += 1;
    if (signings === 1) await rotateKey(keySets, 'fact', root, () => nextFact.publicKey);
  });
  expect(signings).toBe(2);
  expect(signed.map(({ keyId }) => keyId)).toEqual([nextFact.keyId, nextFact.keyId]);
});

test('only the root of the newest set makes the next one', async () => {
  await publishFirst();
  const stranger = signerBy(9);
  await expect(
    rotateKey(keySets, 'fact', stranger, () => nextFact.publicKey),
  ).rejects.toMatchObject({
    code: 'note-key-unknown',
  });
  expect(await facts.findKeySet(2)).toBeUndefined();
});

test('the first key set is published once, and signs nothing before', async () => {
  await commit(1);
  await expect(sequence()).rejects.toThrow('tenure keys init');
  await Promise.all([publishFirst(), publishFirst()]);
  expect(await facts.findKeySet(2)).toBeUndefined();
  expect(await sequence()).toHaveLength(1);
});

test('a former leader saves no note', async () => {
  await expect(facts.saveNote(fence - 1, 'heartbeat', randomUUID())).rejects.toMatchObject({
    name: 'LostLeadershipError',
  });
  expect(await facts.findNote('heartbeat')).toBeUndefined();
});

test.each([
  ['signs nothing', true],
  ['negative control: would sign a fork without the guard', false],
])('a database that was restored from an older backup %s', async (_what, guarded) => {
  await publishFirst();
  await commit(2);
  await sequence();
  const checkpoints = createMemoryCheckpointStore();
  const keeperOf = (store: typeof facts) => new LogKeeper({ log: LOG, keys, store, checkpoints });
  const keeper = keeperOf(facts);
  await keeper.open(fence);
  await keeper.keep(fence);
  await commit(1);
  const backup = await copyOf(registry.databaseUrl);
  await sequence();
  await keeper.keep(fence);

  const restored = createFactLog({ databaseUrl: backup });
  const stop = new AbortController();
  const reports: unknown[] = [];
  const sequencer = new Sequencer({
    lock: createLeaderLock({ databaseUrl: backup }),
    bell: createOutboxBell({ databaseUrl: backup }),
    facts: restored,
    publisher: new Publisher(new FakeStream(), restored),
    signing: { log: LOG, signerOf: (keySet, index) => keys.factSigner(keySet, index) },
    beforeLeading: (of) => (guarded ? keeperOf(restored).open(of) : Promise.resolve()),
    duties: [],
    report: (_message, cause) => reports.push(cause),
  });
  const running = sequencer.run(stop.signal);
  if (guarded) {
    await eventually(() => expect(reports.length).toBeGreaterThan(1));
    expect(reports[0]).toMatchObject({ name: 'LogForkError' });
    // The committed fact still waits there, unsigned.
    expect((await restored.heads()).nextIndex).toBe(2);
  } else {
    await eventually(async () => expect((await restored.heads()).nextIndex).toBe(3));
  }
  stop.abort();
  await running;
  await restored.close();
});

/** As a backup of this moment would be, restored beside the original. */
async function copyOf(databaseUrl: string): Promise<string> {
  const copy = new URL(databaseUrl);
  const original = copy.pathname.slice(1);
  const name = `${original}_backup`;
  copy.pathname = '/postgres';
  const admin = new pg.Client({ connectionString: copy.href });
  await admin.connect();
  // A template must have no sessions; pools open new ones by themselves.
  await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
    [original],
  );
  await admin.query(`create database ${name} template ${original}`);
  await admin.end();
  copy.pathname = `/${name}`;
  return copy.href;
}
