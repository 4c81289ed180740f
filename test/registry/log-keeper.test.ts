import { beforeEach, describe, expect, test } from '@jest/globals';
import { createMemoryCheckpointStore } from '../../adapters/memory/checkpoint-store.ts';
import { concatBytes, toHex, utf8 } from '../../facts/core/bytes.ts';
import { sha256 } from '../../facts/crypto/hash.ts';
import { openCheckpoint } from '../../facts/log/checkpoint.ts';
import { openCheckpointOfSet } from '../../facts/log/checkpoint-of-set.ts';
import { parseHeartbeat } from '../../facts/log/heartbeat.ts';
import type { EpochStart, KeySet } from '../../facts/log/key-set.ts';
import { textOfNote } from '../../facts/log/note.ts';
import { createNoteVerifier } from '../../facts/log/note-key.ts';
import { planConsistency, readProof } from '../../facts/log/prove.ts';
import { checkConsistency } from '../../facts/log/proofs.ts';
import { nodesFromTiles } from '../../facts/log/tiles.ts';
import { TreeBuilder } from '../../facts/log/tree.ts';
import type { TreeNode } from '../../ports/log-store.ts';
import { Heart } from '../../registry/heart.ts';
import { KeyRing } from '../../registry/key-ring.ts';
import { LogKeeper } from '../../registry/log-keeper.ts';
import { FakeLogStore } from './fake-log-store.ts';
import { FENCE, KEY_SET, log, LOG, nextLog, publishTo, REVOKED, ROTATED } from './kept-log.ts';
import { fact, rangeOf, sequenceIn, time } from './kept-log.ts';

let store: FakeLogStore;
let checkpoints: ReturnType<typeof createMemoryCheckpointStore>;
let keeper: LogKeeper;
let keys: KeyRing;

const publish = (...what: [KeySet['logKeys']?, EpochStart[]?]) => publishTo(store, ...what);
const sequence = (count: number) => sequenceIn(store, count);
const newKeeper = () => new LogKeeper({ log: LOG, keys, store, checkpoints });

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const tree = new TreeBuilder();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

const nameOf = ({ level, index, hash }: TreeNode) => `${level}/${index} ${toHex(hash)}`;

const openSigned = () =>
  openCheckpoint(utf8(store.notes.get('checkpoint') ?? ''), LOG, [
    createNoteVerifier(LOG, log.publicKey),
  ]);

beforeEach(async () => {
  store = new FakeLogStore();
  await publish();
  checkpoints = createMemoryCheckpointStore();
  keys = new KeyRing(LOG, () => [fact, log, time, nextLog], store);
  keeper = newKeeper();
  await keeper.open(FENCE);
});

describe('the keeper of the log', () => {
  test.each([1, 255, 256, 257, 600])('signs the root of %i facts', async (count) => {
    sequence(count);
    await keeper.keep(FENCE);
    expect(openSigned()).toMatchObject({ size: count, root: rootOf(store.leaves) });
    expect((await checkpoints.newest()).note).toBe(store.notes.get('checkpoint'));
  });

  test('signs nothing while nothing was sequenced', async () => {
    sequence(3);
    await keeper.keep(FENCE);
    await keeper.keep(FENCE);
    expect((await checkpoints.newest()).version).toBe(1);
  });

  test('stores the nodes from which anybody proves that the log only grew', async () => {
    sequence(1_000);
    await keeper.keep(FENCE);
    const older = openSigned();
    sequence(66_000);
    await keeper.keep(FENCE);
    const newer = openSigned();
    const tiles = new Map<string, Uint8Array>();
    const plan = planConsistency(older.size, newer.size);
    for (let level = 0; level < 3; level += 1)
      for (let index = 0; index * 256 < newer.size / 256 ** level; index += 1) {
        const hashes = await store.readTile({ level, index, width: 256 });
        tiles.set(`${level}/${index}`, concatBytes(...hashes));
      }
    const read = nodesFromTiles(newer.size, ({ level, index }) => {
      const tile = tiles.get(`${level}/${index}`);
      if (tile === undefined) throw new Error(`no tile ${level}/${index}`);
      return tile;
    });
    checkConsistency(older, newer, readProof(plan, read));
    expect(store.nodes.filter(({ level }) => level === 2)).toHaveLength(1);
  });

  test('goes on after a restart, whatever was stored of the last checkpoint', async () => {
    sequence(700);
    await keeper.keep(FENCE);
    sequence(50);
    store.notes.delete('checkpoint');
    keeper = newKeeper();
    await keeper.open(FENCE);
    expect(openSigned().size).toBe(700);
    await keeper.keep(FENCE);
    expect(openSigned()).toMatchObject({ size: 750, root: rootOf(store.leaves) });
  });

  test('refuses to lead on a database that is older than what was signed', async () => {
    sequence(10);
    await keeper.keep(FENCE);
    store.leaves = store.leaves.slice(0, 9);
    await expect(newKeeper().open(FENCE)).rejects.toThrow('it has 9 facts, 10 were signed');
  });

  test('refuses to lead on a database that holds other facts than were signed', async () => {
    sequence(10);
    await keeper.keep(FENCE);
    store.leaves[4] = sha256(utf8('another'));
    await expect(newKeeper().open(FENCE)).rejects.toMatchObject({ name: 'LogForkError' });
  });

  test('negative control: without the checkpoint store the older database would be signed', async () => {
    sequence(10);
    await keeper.keep(FENCE);
    store.leaves = store.leaves.slice(0, 9);
    checkpoints = createMemoryCheckpointStore();
    store.notes.clear();
    keeper = newKeeper();
    await keeper.open(FENCE);
    await keeper.keep(FENCE);
    expect(openSigned().size).toBe(9);
  });

  test('stores a node before it goes on: a write that failed is made again', async () => {
    sequence(300);
    store.broken = true;
    await expect(keeper.keep(FENCE)).rejects.toThrow('no space left');
    store.broken = false;
    await keeper.keep(FENCE);
    expect(store.nodes).toHaveLength(1);
    await newKeeper().open(FENCE);
    expect(openSigned().size).toBe(300);
  });

  test('makes nodes that were lost again from the leaves', async () => {
    sequence(70_000);
    await keeper.keep(FENCE);
    const before = [...store.nodes];
    store.nodes.length = 0;
    keeper = newKeeper();
    await keeper.open(FENCE);
    const made = new Set(store.nodes.map(nameOf));
    expect(before.length).toBeGreaterThan(256);
    expect(before.map(nameOf).filter((node) => !made.has(node))).toEqual([]);
  });

  test('saves a checkpoint that the database could not take, before the next one', async () => {
    sequence(3);
    store.saveNote = () => Promise.reject(new Error('away'));
    await expect(keeper.keep(FENCE)).rejects.toThrow('away');
    store.saveNote = FakeLogStore.prototype.saveNote;
    await keeper.keep(FENCE);
    expect(openSigned().size).toBe(3);
    expect((await checkpoints.newest()).version).toBe(1);
  });

  test('refuses a checkpoint store that is empty, or another sequencer’s', async () => {
    sequence(10);
    await keeper.keep(FENCE);
    const old = createMemoryCheckpointStore();
    checkpoints = old;
    await expect(newKeeper().open(FENCE)).rejects.toThrow('older than the database');
    await old.keep(0, store.notes.get('checkpoint') ?? '');
    await newKeeper().open(FENCE);
  });

  describe('in a new epoch', () => {
    const signedIn = (epoch: number) =>
      openCheckpoint(utf8(store.notes.get('checkpoint') ?? ''), `${LOG}/${epoch}`, [
        createNoteVerifier(`${LOG}/${epoch}`, log.publicKey),
      ]);

    /** Ten facts were signed, and the last six of them are lost for good. */
    const begin = async (size = 4) => {
      sequence(10);
      await keeper.keep(FENCE);
      store.leaves = store.leaves.slice(0, 4);
      store.notes.clear();
      const start = { epoch: 2, first: 4, size, root: rootOf(store.leaves.slice(0, size)) };
      await publish(KEY_SET.logKeys, [start]);
      keeper = newKeeper();
    };

    test('goes on from the last good checkpoint, and signs at once', async () => {
      await begin(3);
      await keeper.open(FENCE);
      await keeper.keep(FENCE);
      expect(signedIn(2)).toMatchObject({ size: 4, root: rootOf(store.leaves) });
      sequence(5);
      keeper = newKeeper();
      await keeper.open(FENCE);
      await keeper.keep(FENCE);
      expect(signedIn(2)).toMatchObject({ size: 9, root: rootOf(store.leaves) });
      expect((await checkpoints.newest()).version).toBe(3);
    });

    test('refuses a database that does not hold that checkpoint', async () => {
      await begin();
      store.leaves[0] = sha256(utf8('another'));
      await expect(keeper.open(FENCE)).rejects.toMatchObject({ name: 'LogForkError' });
    });

    test('refuses a backup of the epoch before', async () => {
      await begin();
      await keeper.open(FENCE);
      await keeper.keep(FENCE);
      store.keySets.pop();
      store.notes.clear();
      keys.forget();
      await expect(newKeeper().open(FENCE)).rejects.toThrow('it has epoch 1, and 2 has begun');
    });

    test('sends no heartbeat with a checkpoint of the epoch before', async () => {
      await begin();
      store.notes.set('checkpoint', (await checkpoints.newest()).note ?? '');
      const announced: string[] = [];
      const heart = new Heart({
        ...{ log: LOG, keys, store },
        stream: { announce: (note) => void announced.push(note) },
        clock: { nowMs: () => Date.parse('2026-11-26T00:00:00.000Z') },
      });
      await heart.beat(FENCE);
      const text = textOfNote(utf8(announced[0] ?? ''));
      expect(parseHeartbeat(text)).toMatchObject({ epoch: 2, checkpoint: null });
    });
  });

  test('of two leaders only one signs the next checkpoint', async () => {
    const other = newKeeper();
    await other.open(FENCE);
    sequence(5);
    await keeper.keep(FENCE);
    sequence(1);
    await expect(other.keep(FENCE)).rejects.toMatchObject({ name: 'LostLeadershipError' });
    expect(openSigned().size).toBe(5);
  });

  test('negative control: without compare-and-swap both would sign', async () => {
    checkpoints = { ...checkpoints, keep: () => Promise.resolve(true) };
    [keeper, store.fence] = [newKeeper(), FENCE];
    const other = newKeeper();
    await other.open(FENCE);
    sequence(5);
    await keeper.keep(FENCE);
    sequence(1);
    await other.keep(FENCE);
    expect(openSigned().size).toBe(6);
  });
});

describe('a log key that changes', () => {
  /** As a reader of the newest set takes it. */
  const openAs = (logKeys: KeySet['logKeys']) =>
    openCheckpointOfSet(store.notes.get('checkpoint') ?? '', { ...KEY_SET, logKeys }, 1);

  test('signs the size of the change still, and none after it', async () => {
    sequence(5);
    await publish(ROTATED);
    await keeper.keep(FENCE);
    expect(openAs(ROTATED).size).toBe(5);
    sequence(1);
    await keeper.keep(FENCE);
    expect(openAs([ROTATED[1]!]).size).toBe(6);
  });

  test('while the keeper is signing leaves a checkpoint that readers of the new set take', async () => {
    sequence(5);
    // The keeper has read the head, and the set is published before it signs.
    const heads = await store.heads();
    store.heads = () => Promise.resolve(heads);
    await publish(ROTATED);
    await keeper.keep(FENCE);
    expect(openAs(ROTATED).size).toBe(5);
  });

  test('negative control: closed at the size of now, it would have signed for nobody', async () => {
    sequence(5);
    const early = [
      { ...rangeOf(log), to: 5 },
      { ...rangeOf(nextLog), from: 5 },
    ];
    const heads = await store.heads();
    store.heads = () => Promise.resolve(heads);
    await publish(early);
    await keeper.keep(FENCE);
    expect(() => openAs(early)).toThrow('key-range');
  });

  test('is not asked to sign again what still counts', async () => {
    sequence(5);
    await keeper.keep(FENCE);
    await publish(ROTATED);
    await keeper.keep(FENCE);
    expect((await checkpoints.newest()).version).toBe(1);
  });

  test('and is void leaves the same size to the next key, before any further fact', async () => {
    sequence(5);
    await keeper.keep(FENCE);
    await publish(REVOKED);
    await keeper.keep(FENCE);
    expect(openAs([REVOKED[1]!])).toMatchObject({ size: 5, root: rootOf(store.leaves) });
    expect((await checkpoints.newest()).version).toBe(2);
  });

  test('and is void does not keep the next leader from leading', async () => {
    sequence(5);
    await keeper.keep(FENCE);
    await publish(REVOKED);
    keeper = newKeeper();
    await keeper.open(FENCE);
    await keeper.keep(FENCE);
    expect(openAs([REVOKED[1]!]).size).toBe(5);
  });

  test('does not hide that the database is older than what was signed', async () => {
    sequence(10);
    await keeper.keep(FENCE);
    store.leaves = store.leaves.slice(0, 5);
    await publish(ROTATED);
    await expect(newKeeper().open(FENCE)).rejects.toThrow('it has 5 facts, 10 were signed');
  });
});
