import { beforeEach, describe, expect, test } from '@jest/globals';
import { formatLine, parseLine } from '../../facts/core/line.ts';
import { parseEnvelope } from '../../facts/core/envelope.ts';
import { EMPTY_HASH, leafHash } from '../../facts/crypto/hash.ts';
import { formatKeySet, rootName } from '../../facts/log/key-set.ts';
import type { KeySet } from '../../facts/log/key-set.ts';
import { KeyRing } from '../../registry/key-ring.ts';
import { compareWithStream } from '../../registry/stream-guard.ts';
import { FactWriter, LOG, tenantDraft } from '../sdk/support/fact-writer.ts';
import { aKeySet, heartbeatNote, ROOT, signAs } from '../sdk/support/log-writer.ts';
import { ACME, SHARD } from '../sdk/support/tenants.ts';

const FENCE = 1;

/** Lines of the database and of the stream's last message, both of one shard. */
let held: string[];
let last: string[];
/** The stream's message before that. */
let before: string[];
let heartbeat: string | undefined;
let sinceMs: number;
let isDown: boolean;
let approved: string;
let asked: number;
let set: KeySet;

const heads = () =>
  Array.from({ length: 256 }, (_none, shard) => {
    return { count: shard === SHARD ? held.length : 0, hash: EMPTY_HASH };
  });

const compare = () => {
  const note = signAs(rootName(LOG), formatKeySet(set), [ROOT]);
  const store = {
    heads: () => Promise.resolve({ nextIndex: held.length, keySet: 1, shards: heads() }),
    incarnation: () => Promise.resolve({ name: 'now', isApproved: approved === 'now' }),
    approve: async (_fence: number, name: string) => void (approved = name),
    findNote: () => Promise.resolve(heartbeat),
  };
  const leafOf = (_tenant: string, seq: number) => {
    const [text] = held.slice(seq - 1, seq);
    const payload = text && parseEnvelope(parseLine(text).envelope).payload;
    return Promise.resolve(payload ? leafHash(payload) : undefined);
  };
  const linesSince = async function* (ms: number) {
    sinceMs = ms;
    yield { shard: SHARD, lines: before };
    yield { shard: SHARD, lines: last };
  };
  const lastLines = (shard: number) => {
    asked += 1;
    if (isDown) return Promise.reject(new Error('NATS is not connected'));
    return Promise.resolve(shard === SHARD ? last : []);
  };
  const keys = new KeyRing(LOG, () => [], { findKeySet: () => Promise.resolve(note) });
  return compareWithStream(
    { log: LOG, keys, store, facts: { leafOf }, stream: { lastLines, linesSince } },
    FENCE,
  );
};

const written = (count: number, overrides: { epoch?: number } = {}) => {
  const writer = new FactWriter();
  for (let at = 0; at < count; at += 1) writer.write(ACME, tenantDraft(ACME), overrides);
  return writer.linesOf(ACME);
};

beforeEach(() => {
  [held, last] = [written(3), written(3)];
  [isDown, approved, asked] = [false, 'before', 0];
  [before, heartbeat, sinceMs] = [[], undefined, -1];
  set = aKeySet();
});

describe('a database of another incarnation', () => {
  test('that holds what the stream holds is approved, and not asked for again', async () => {
    await compare();
    expect([approved, asked]).toEqual(['now', 256]);
    await compare();
    expect(asked).toBe(256);
  });

  test.each([
    ['is empty', []],
    ['is behind', written(2)],
  ])('is approved when the stream %s: it is a cache', async (_what, lines) => {
    last = lines;
    await compare();
    expect(approved).toBe('now');
  });

  test('that lacks what the stream has is refused, with shard and positions', async () => {
    held = written(2);
    await expect(compare()).rejects.toMatchObject({
      name: 'LogForkError',
      message: expect.stringMatching(
        /shard \w\w ends at 2 here and at 3 in JetStream.*tenure recover/,
      ),
    });
    expect(approved).toBe('before');
  });

  test('that has another fact at the stream’s last position is refused', async () => {
    last = written(3, { epoch: 2 });
    await expect(compare()).rejects.toMatchObject({
      name: 'LogForkError',
      message: expect.stringContaining('position 3 of shard'),
    });
  });

  test('waits while the stream cannot be asked', async () => {
    isDown = true;
    await expect(compare()).rejects.toThrow('NATS is not connected');
    expect(approved).toBe('before');
  });

  test('is not held up by what anybody may have published', async () => {
    const [, , third = ''] = last;
    const { index, envelope } = parseLine(third);
    const unsigned = formatLine({
      position: 9,
      index,
      envelope: envelope.replace(/"sig":"./, '"sig":"x'),
    });
    last = [...last, unsigned, 'garbage'];
    await compare();
    expect(approved).toBe('now');
  });

  test('is refused also when an old line was sent again behind what it lacks', async () => {
    held = written(2);
    [before, last] = [written(3).slice(2), written(2)];
    await expect(compare()).rejects.toMatchObject({
      name: 'LogForkError',
      message: expect.stringContaining('ends at 2 here and at 3 in JetStream'),
    });
    expect(approved).toBe('before');
  });

  test('is not held up by true facts that were sent again under other numbers', async () => {
    const [first = ''] = held;
    const { envelope } = parseLine(first);
    last = [formatLine({ position: 2 ** 50, index: 2 ** 51, envelope })];
    await compare();
    expect(approved).toBe('now');
  });

  test('is compared from a little before its last heartbeat on', async () => {
    heartbeat = heartbeatNote({ at: '2026-11-21T01:34:34.000Z' });
    await compare();
    expect(sinceMs).toBe(Date.parse('2026-11-21T01:33:34.000Z'));
  });

  test('is not held up by what a new epoch has given up', async () => {
    held = written(2);
    const start = { epoch: 2, first: 2, size: 0, root: EMPTY_HASH };
    set = aKeySet({ epochs: [start] });
    await compare();
    expect(approved).toBe('now');
    set = aKeySet({ epochs: [{ ...start, first: 3 }] });
    approved = 'before';
    await expect(compare()).rejects.toMatchObject({ name: 'LogForkError' });
  });
});
