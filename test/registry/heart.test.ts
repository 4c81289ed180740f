import { beforeEach, describe, expect, test } from '@jest/globals';
import { createMemoryCheckpointStore } from '../../adapters/memory/checkpoint-store.ts';
import { utf8 } from '../../facts/core/bytes.ts';
import { formatHeartbeat } from '../../facts/log/heartbeat.ts';
import { rootName, timeName } from '../../facts/log/key-set.ts';
import { createNoteVerifier } from '../../facts/log/note-key.ts';
import { openHeartbeat } from '../../facts/log/open-heartbeat.ts';
import { openKeySet } from '../../facts/log/open-key-set.ts';
import { Heart } from '../../registry/heart.ts';
import { KeyRing, signNoteBy } from '../../registry/key-ring.ts';
import { LogKeeper } from '../../registry/log-keeper.ts';
import { FakeLogStore } from './fake-log-store.ts';
import { FENCE, KEY_SET, log, LOG, nextLog, publishTo, REVOKED, root } from './kept-log.ts';
import { fact, sequenceIn, time } from './kept-log.ts';

const HOUR_MS = 3_600_000;

let store: FakeLogStore;
let keys: KeyRing;
let keeper: LogKeeper;

beforeEach(async () => {
  store = new FakeLogStore();
  await publishTo(store);
  keys = new KeyRing(LOG, () => [fact, log, time, nextLog], store);
  keeper = new LogKeeper({ log: LOG, keys, store, checkpoints: createMemoryCheckpointStore() });
  await keeper.open(FENCE);
});

describe('the heart', () => {
  const trusted = () =>
    openKeySet(utf8(store.keySets[0] ?? ''), LOG, {
      version: 0,
      root: createNoteVerifier(rootName(LOG), root.publicKey),
      set: undefined,
    });
  let nowMs: number;
  let announced: string[];
  const newHeart = () =>
    new Heart({
      ...{ log: LOG, keys, store },
      stream: { announce: (note) => void announced.push(note) },
      clock: { nowMs: () => nowMs },
    });
  beforeEach(() => {
    nowMs = Date.parse('2026-11-26T00:00:00.000Z');
    announced = [];
  });

  test('says where each shard stands, with the newest checkpoint, signed by the time key', async () => {
    sequenceIn(store, 300);
    await keeper.keep(FENCE);
    await newHeart().beat(FENCE);
    const heartbeat = openHeartbeat(utf8(announced[0] ?? ''), trusted());
    expect(heartbeat).toMatchObject({ fence: FENCE, keySetVersion: 1, epoch: 1 });
    expect(heartbeat.heads.map(({ count }) => count)).toEqual(
      Array.from({ length: 256 }, (_none, shard) => (shard < 44 ? 2 : 1)),
    );
    expect(heartbeat.checkpoint).toBe(store.notes.get('checkpoint'));
    expect(announced[0]).toContain(timeName(LOG));
    expect(store.notes.get('heartbeat')).toBe(announced[0]);
  });

  test('announces nothing once another one leads', async () => {
    store.fence = FENCE + 1;
    await expect(newHeart().beat(FENCE)).rejects.toMatchObject({ name: 'LostLeadershipError' });
    expect(announced).toEqual([]);
  });

  const opened = () => {
    const notes = announced.map((note) => utf8(note));
    return notes.map((note, at) => {
      const before = notes[at - 1];
      const last = before === undefined ? undefined : openHeartbeat(before, trusted());
      return openHeartbeat(note, trusted(), last).at;
    });
  };

  test('a leader goes by its own clock, though the last one’s was ten days ahead', async () => {
    nowMs += 10 * 24 * HOUR_MS;
    await newHeart().beat(FENCE);
    nowMs -= 10 * 24 * HOUR_MS;
    store.fence = FENCE + 1;
    await newHeart().beat(FENCE + 1);
    expect(opened()).toEqual(['2026-12-06T00:00:00.000Z', '2026-11-26T00:00:00.000Z']);
  });

  test('a leader whose clock was set back gives up, and goes on under its next fence', async () => {
    const heart = newHeart();
    await heart.beat(FENCE);
    nowMs -= HOUR_MS;
    await expect(heart.beat(FENCE)).rejects.toMatchObject({ name: 'LostLeadershipError' });
    store.fence = FENCE + 1;
    await heart.beat(FENCE + 1);
    expect(opened()).toEqual(['2026-11-26T00:00:00.000Z', '2026-11-25T23:00:00.000Z']);
  });

  test('waits with a checkpoint that readers of its key set would refuse', async () => {
    sequenceIn(store, 5);
    await keeper.keep(FENCE);
    await publishTo(store, REVOKED);
    await newHeart().beat(FENCE);
    expect(announced).toEqual([]);
    await keeper.keep(FENCE);
    await newHeart().beat(FENCE);
    const set = { ...KEY_SET, version: 2, logKeys: REVOKED };
    expect(openHeartbeat(utf8(announced[0] ?? ''), set).keySetVersion).toBe(2);
    // The other way round: the checkpoint is by a key that the set of this beat does not know.
    const heads = { ...(await store.heads()), keySet: 1 };
    store.heads = () => Promise.resolve(heads);
    await newHeart().beat(FENCE);
    expect(announced).toHaveLength(1);
  });

  test('negative control: had it not waited, readers would have refused it', async () => {
    sequenceIn(store, 5);
    await keeper.keep(FENCE);
    await publishTo(store, REVOKED);
    const { shards } = await store.heads();
    const text = formatHeartbeat({
      ...{ log: LOG, epoch: 1, fence: FENCE, keySetVersion: 2, heads: [...shards] },
      at: '2026-11-26T00:00:00.000Z',
      checkpoint: store.notes.get('checkpoint') ?? null,
    });
    const note = await signNoteBy(text, { name: timeName(LOG), signer: time });
    const set = { ...KEY_SET, version: 2, logKeys: REVOKED };
    expect(() => openHeartbeat(utf8(note), set)).toThrow('key-range');
  });

  test('says what to do while there is no key set', async () => {
    store.keySets.length = 0;
    await expect(newHeart().beat(FENCE)).rejects.toThrow('tenure keys init');
  });

  test('a small step back is none: each heartbeat is later than the one before', async () => {
    const heart = newHeart();
    await heart.beat(FENCE);
    nowMs -= 30_000;
    await heart.beat(FENCE);
    expect(opened()).toEqual(['2026-11-26T00:00:00.000Z', '2026-11-26T00:00:00.001Z']);
  });
});
