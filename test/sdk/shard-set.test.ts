import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Index } from '../../sdk/typescript/decision-index.ts';
import { Events } from '../../sdk/typescript/events.ts';
import { Journal } from '../../sdk/typescript/journal.ts';
import type { ShardReader } from '../../sdk/typescript/reader.ts';
import { ShardSet } from '../../sdk/typescript/shard-set.ts';
import type { AppliedFact } from '../../sdk/typescript/types.ts';
import { FactWriter, ISSUER, KEYS, LOG, memberDraft, openKeys } from './support/fact-writer.ts';
import { tenantDraft } from './support/fact-writer.ts';
import { headOfLines } from './support/log-writer.ts';
import { saveState } from './support/saved-state.ts';
import { stateOf } from './support/state-writer.ts';
import { ACME, SHARD, memberId } from './support/tenants.ts';

let directory: string;
let journal: Journal;
let shards: ShardSet;
let reader: ShardReader;
let applied: AppliedFact[];
let index: Index;
/** From which index on the key's facts are void, as the newest key set says. */
let voidFrom: number | null;
const { signal } = new AbortController();

const written = (facts: number): FactWriter => {
  const writer = new FactWriter();
  writer.write(ACME, tenantDraft(ACME));
  for (let n = 1; n < facts; n += 1) writer.write(ACME, memberDraft(memberId(n), `s${n}`, []));
  return writer;
};
const forged = (): string => written(2).write(ACME, memberDraft(memberId(66), 'thief', []));
const subjects = (): string[] => applied.map(({ fact }) => fact.subject);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tenure-shards-'));
  journal = new Journal(directory);
  const events = new Events();
  const findKey = (keyId: string) => {
    const key = openKeys(KEYS)(keyId);
    return key && { ...key, void: voidFrom };
  };
  voidFrom = null;
  index = new Index();
  shards = new ShardSet([SHARD], { trust: { log: LOG, findKey }, index, journal, events });
  [reader] = [...shards.readers.values()] as [ShardReader];
  applied = [];
  events.on('applied', (one) => applied.push(one));
});

afterEach(() => {
  journal.close();
  rmSync(directory, { recursive: true, force: true });
});

test('lines that come while a shard is read anew are there afterwards', async () => {
  const lines = written(5).linesOf(ACME);
  shards.apply(reader, reader.live(lines.slice(0, 3)));
  let answer: (page: string[]) => void = () => undefined;
  const page = new Promise<string[]>((resolve) => {
    answer = resolve;
  });
  const fetch = (_: number, from: number) => (from === 1 ? page : Promise.resolve([]));
  const reread = shards.reread(reader, 'http', { fetch }, signal);
  shards.apply(reader, reader.live(lines.slice(3)));
  answer(lines.slice(0, 3));
  expect(await reread).toBe(true);
  expect(reader.head().position).toBe(5);
  expect(await journal.fetch(SHARD, 1)).toEqual(lines);
});

test('a shard that was read anew tells the facts that are new, and only those', async () => {
  const lines = written(4).linesOf(ACME);
  shards.apply(reader, reader.live([...lines.slice(0, 2), forged()]));
  reader.heartbeat(headOfLines(lines.slice(0, 2)));
  const fetch = (_: number, from: number) => Promise.resolve(lines.slice(from - 1));
  expect(await shards.reread(reader, 'http', { fetch }, signal)).toBe(true);
  const members = [1, 66, 2, 3].map((n) => `member:${memberId(n)}`);
  expect(subjects()).toEqual([`tenant:${ACME}`, ...members]);
  expect(await journal.fetch(SHARD, 1)).toEqual(lines);
});

test('a journal that lacks a line does not replace what is in memory', async () => {
  const lines = written(4).linesOf(ACME);
  shards.apply(reader, reader.live(lines));
  journal.replace(SHARD, lines.slice(0, 2));
  await shards.foldAnew(0, signal);
  expect(reader.head().position).toBe(4);
  expect(reader.inDoubt).toBe(true);
});

/** The last of four facts is void from now on. */
const revokeLast = (): Promise<void> => {
  voidFrom = 3;
  shards.rekey({ voidFrom, forkFrom: undefined, voidSizes: [] });
  return shards.foldAnew(voidFrom, signal);
};
const decisionOnLast = () => index.decide(ISSUER, 's3', 'invoice:read', ACME, undefined);

test('what is void is folded no more, though a heartbeat covers it meanwhile', async () => {
  const lines = written(4).linesOf(ACME);
  shards.apply(reader, reader.live(lines));
  expect(decisionOnLast()).toBe('no-permission');
  const folding = revokeLast();
  shards.apply(reader, reader.heartbeat(headOfLines(lines)));
  await folding;
  expect(decisionOnLast()).toBe('member-unknown');
  expect(reader.inDoubt).toBe(false);
});

test('no heartbeat ends the doubt of a shard in which something void is folded', async () => {
  const lines = written(4).linesOf(ACME);
  shards.apply(reader, reader.live(lines));
  journal.replace(SHARD, lines.slice(0, 2));
  await revokeLast();
  shards.apply(reader, reader.heartbeat(headOfLines(lines)));
  expect(reader.inDoubt).toBe(true);
  const fetch = (_: number, from: number) => Promise.resolve(lines.slice(from - 1));
  expect(await shards.reread(reader, 'http', { fetch }, signal)).toBe(true);
  expect(decisionOnLast()).toBe('member-unknown');
  expect(reader.inDoubt).toBe(false);
});

test('what was read anew before a revocation came is not folded after it', async () => {
  const lines = written(4).linesOf(ACME);
  shards.apply(reader, reader.live(lines));
  const rest = Promise.withResolvers<string[]>();
  const asked = Promise.withResolvers<void>();
  const fetch = (_: number, from: number) => {
    if (from === 1) return Promise.resolve(lines);
    asked.resolve();
    return rest.promise;
  };
  const reread = shards.reread(reader, 'http', { fetch }, signal);
  await asked.promise;
  await revokeLast();
  rest.resolve([]);
  expect(await reread).toBe(false);
  expect(decisionOnLast()).toBe('member-unknown');
});

test('what rests on a snapshot stays in doubt when its log key is revoked while it is folded anew', async () => {
  const writer = written(3);
  shards.rest(...(await saveState(stateOf(writer), directory, SHARD)));
  const line = writer.write(ACME, memberDraft(memberId(3), 's3', []));
  shards.apply(reader, reader.live([line]));
  const foldAnew = (meanwhile: () => void): Promise<boolean> => {
    const fetch = (shard: number, from: number) => {
      meanwhile();
      return journal.fetch(shard, from);
    };
    return shards.reread(reader, 'disk', { fetch }, signal);
  };
  expect(await foldAnew(() => undefined)).toBe(true);
  const voidSizes = [{ from: 1, to: writer.facts.length }];
  const revoke = () => shards.rekey({ voidFrom: undefined, forkFrom: undefined, voidSizes });
  expect(await foldAnew(revoke)).toBe(false);
  expect([reader.inDoubt, shards.saved]).toEqual([true, undefined]);
});
