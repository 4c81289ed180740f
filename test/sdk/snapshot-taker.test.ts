import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { utf8 } from '../../facts/core/bytes.ts';
import { Index } from '../../sdk/typescript/decision-index.ts';
import { Events } from '../../sdk/typescript/events.ts';
import { HeartbeatGate } from '../../sdk/typescript/heartbeat-gate.ts';
import { Journal } from '../../sdk/typescript/journal.ts';
import { KeyChain } from '../../sdk/typescript/key-chain.ts';
import type { ShardReader } from '../../sdk/typescript/reader.ts';
import { ShardSet } from '../../sdk/typescript/shard-set.ts';
import { SnapshotTaker } from '../../sdk/typescript/snapshot-taker.ts';
import { FactWriter, LOG, memberDraft, tenantDraft } from './support/fact-writer.ts';
import { headOfLines, headsOf, keySetNote, ROOT_KEY } from './support/log-writer.ts';
import { saveState } from './support/saved-state.ts';
import { stateOf } from './support/state-writer.ts';
import { ACME, memberId, SHARD } from './support/tenants.ts';

const { signal } = new AbortController();

let directory: string;
let journal: Journal;
let keys: KeyChain;
let shards: ShardSet;
let reader: ShardReader;
let writer: FactWriter;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tenure-taker-'));
  journal = new Journal(directory);
  keys = new KeyChain(LOG, ROOT_KEY);
  keys.take(utf8(keySetNote()));
  const trust = { log: LOG, findKey: (keyId: string) => keys.find(keyId) };
  const parts = { trust, journal, index: new Index(), events: new Events() };
  shards = new ShardSet([SHARD], parts);
  [reader] = [...shards.readers.values()] as [ShardReader];
  writer = new FactWriter();
  writer.write(ACME, tenantDraft(ACME));
});

afterEach(() => {
  journal.close();
  shards.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Takes the newest state, of which something happens while its nodes are on their way. */
const takeMeanwhile = async (meanwhile: () => Promise<void>): Promise<void> => {
  const { note, nodes } = stateOf(writer);
  const taker = new SnapshotTaker({
    ...{ keys, shards, directory, gate: new HeartbeatGate(keys), monotonicMs: () => 0 },
    source: {
      stateNote: () => Promise.resolve(utf8(note)),
      stateNode: async (hash) => {
        await meanwhile();
        return nodes.get(hash);
      },
    },
    learnKeys: () => Promise.resolve(),
    refused: (error) => expect(error).toBeUndefined(),
    failed: (error) => expect(error).toBeUndefined(),
  });
  await taker.take(signal);
};

/** Heartbeats and lines say otherwise than the snapshot on which the shard rests. */
const deny = async (): Promise<void> => {
  const lines = writer.linesOf(ACME).slice(0, 1);
  shards.apply(reader, reader.heartbeat(headOfLines(lines)));
  const fetch = (_: number, from: number) => Promise.resolve(lines.slice(from - 1));
  expect(await shards.reread(reader, 'http', { fetch }, signal)).toBe(true);
};

test('a snapshot is not taken that is on its way when the one before it is denied', async () => {
  const head = { ...headOfLines(writer.linesOf(ACME)), hash: new Uint8Array(32).fill(7) };
  const lie = stateOf(writer, { heads: headsOf({ [SHARD]: head }) });
  shards.rest(...(await saveState(lie, directory, SHARD)));
  writer.write(ACME, memberDraft(memberId(1), 'jane', []));
  const state = () => [shards.saved?.note.size, existsSync(join(directory, 'snapshot'))];
  expect(state()).toEqual([1, true]);
  await takeMeanwhile(deny);
  expect(state()).toEqual([undefined, false]);
});

test('otherwise one that is on its way is taken', async () => {
  await takeMeanwhile(() => Promise.resolve());
  expect(shards.saved?.note.size).toBe(1);
});
