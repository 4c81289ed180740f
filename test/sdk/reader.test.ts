import { describe, expect, test } from '@jest/globals';
import { utf8 } from '../../facts/core/bytes.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import { EMPTY_HASH } from '../../facts/crypto/hash.ts';
import { MAX_HELD_LINES, ShardReader } from '../../sdk/typescript/reader.ts';
import { FactWriter, KEYS, LOG, memberDraft, openKeys, seal } from './support/fact-writer.ts';
import { tenantDraft } from './support/fact-writer.ts';
import { random } from './support/random.ts';
import { ACME, GLOBEX, INITECH, OUTSIDER, SHARD, memberId } from './support/tenants.ts';

const findKey = openKeys(KEYS);
const aReader = (): ShardReader => new ShardReader(SHARD, { log: LOG, findKey });

/** Two tenants, six facts, in one shard. */
const sixFacts = (): FactWriter => {
  const writer = new FactWriter();
  for (const tenant of [ACME, GLOBEX]) writer.write(tenant, tenantDraft(tenant));
  for (let n = 0; n < 2; n += 1) {
    for (const tenant of [ACME, GLOBEX]) writer.write(tenant, memberDraft(memberId(n), 's', []));
  }
  return writer;
};

const positions = (accepted: readonly { position: number }[]): number[] =>
  accepted.map(({ position }) => position);

test('facts are applied in order, and the head is the running hash of their leaves', () => {
  const lines = sixFacts().linesOf(ACME);
  const [reader, again] = [aReader(), aReader()];
  expect(positions(reader.fetched(lines, 'http').accepted)).toEqual([1, 2, 3, 4, 5, 6]);
  for (const line of lines) again.live([line]);
  expect(again.head()).toEqual(reader.head());
  expect(reader.head()).toMatchObject({ position: 6, index: 5 });
});

test('nothing is reached while void facts may be folded', () => {
  const head = { count: 0, hash: EMPTY_HASH };
  for (const mayBeFolded of ['awaitFold', 'misfold'] as const) {
    const reader = aReader();
    expect(reader.heartbeat(head).reached).toBe(true);
    reader[mayBeFolded]();
    expect(reader.heartbeat(head).reached).toBe(false);
    expect(reader.adopt(reader.anew()).reached).toBe(true);
  }
});

describe('what is refused, with its code, is never applied', () => {
  const draft = tenantDraft(ACME);
  const first = (): FactWriter => new FactWriter();
  const tampered = (from: string, to: string): string =>
    new TextDecoder().decode(encodePayload(first().next(ACME, draft))).replace(from, to);
  const asLine = (envelope: string): string => `1 0 ${envelope}`;

  test.each<[string, () => string]>([
    ['line-malformed', () => 'hello'],
    ['envelope-malformed', () => '1 0 {"payload":1}'],
    [
      'payload-type-unknown',
      () => first().write(ACME, draft).replace('fact.v1+json', 'fact.v2+json'),
    ],
    [
      'signature-count',
      () =>
        first()
          .write(ACME, draft)
          .replace(/\[.*\]/, '[]'),
    ],
    ['signature-invalid', () => first().write(ACME, draft).replace('"sig":"', '"sig":"AAAA')],
    ['key-unknown', () => asLine(seal(encodePayload(first().next(ACME, draft)), 'other'))],
    ['payload-duplicate-key', () => asLine(seal(utf8(tampered('"seq":1', '"seq":1,"seq":1'))))],
    ['payload-not-utf8', () => asLine(seal(new Uint8Array([0x7b, 0xff, 0x7d])))],
    ['payload-key-order', () => asLine(seal(utf8('{}')))],
    ['log-mismatch', () => first().write(ACME, draft, { log: 'tenure.example/other' })],
    ['shard-mismatch', () => first().write(OUTSIDER, tenantDraft(OUTSIDER))],
    ['seq-gap', () => first().write(ACME, draft, { seq: 2 })],
    ['prev-mismatch', () => first().write(ACME, draft, { prev: `B${'A'.repeat(42)}` })],
    ['body-invalid', () => asLine(seal(utf8(tampered('"state":"active"', '"state":"gone"'))))],
  ])('%s', (code, line) => {
    for (const feed of ['live', 'http'] as const) {
      const reader = aReader();
      const step = feed === 'live' ? reader.live([line()]) : reader.fetched([line()], 'http');
      expect(step.refused).toMatchObject([{ code, origin: feed, shard: SHARD }]);
      expect(step.accepted).toEqual([]);
      expect(reader.head().position).toBe(0);
      expect(step.fetch).toBe(feed === 'live');
    }
  });

  test('seq-replay: a true fact under a new position', () => {
    const writer = sixFacts();
    const lines = writer.linesOf(ACME);
    const reader = aReader();
    reader.fetched(lines, 'http');
    const renumbered = (lines[0] ?? '').replace(/^1 0 /, '7 9 ');
    expect(reader.live([renumbered]).refused).toMatchObject([{ code: 'seq-replay' }]);
  });

  test('index-replay and epoch-mismatch: a log that goes back', () => {
    const writer = sixFacts();
    const later = writer.write(ACME, memberDraft(memberId(7), 's', []), { epoch: 2 });
    const lines = writer.linesOf(ACME);
    const reader = aReader();
    reader.fetched(lines.slice(0, 6), 'http');
    expect(reader.fetched([later.replace(/^7 6 /, '7 5 ')], 'http').refused).toMatchObject([
      { code: 'index-replay' },
    ]);
    reader.fetched([later], 'http');
    const back = writer.write(ACME, memberDraft(memberId(8), 's', []), { epoch: 1 });
    expect(reader.fetched([back], 'http').refused).toMatchObject([{ code: 'epoch-mismatch' }]);
  });

  test('position-gap over HTTP: the registry may not leave anything out', () => {
    const lines = sixFacts().linesOf(ACME);
    const step = aReader().fetched([lines[0] ?? '', lines[2] ?? ''], 'http');
    expect(positions(step.accepted)).toEqual([1]);
    expect(step.refused).toMatchObject([{ code: 'position-gap' }]);
  });
});

test('a kind of a later version is chained, and the chain goes on behind it', () => {
  const writer = new FactWriter();
  const later = { ...writer.next(ACME, tenantDraft(ACME)), kind: 'invoice', subject: 'invoice:1' };
  const overrides = { kind: later.kind, subject: later.subject, body: { anything: [1] } };
  writer.write(ACME, tenantDraft(ACME), overrides);
  writer.write(ACME, memberDraft(memberId(1), 's', []));
  expect(positions(aReader().fetched(writer.linesOf(ACME), 'http').accepted)).toEqual([1, 2]);
});

test('a live gap is held, asked for over HTTP, and closed in order', () => {
  const lines = sixFacts().linesOf(ACME);
  const reader = aReader();
  expect(reader.live(lines.slice(3))).toMatchObject({ accepted: [], fetch: true });
  const healed = reader.fetched(lines.slice(0, 3), 'http');
  expect(positions(healed.accepted)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a forged live line does not keep the true one out', () => {
  const lines = sixFacts().linesOf(ACME);
  const reader = aReader();
  const forged = (lines[0] ?? '').replace(/"sig":"..../, '"sig":"AAAA');
  expect(reader.live([forged])).toMatchObject({ accepted: [], fetch: true });
  expect(positions(reader.live(lines).accepted)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('held lines are bounded: what is beyond comes over HTTP again', () => {
  const writer = new FactWriter();
  writer.write(ACME, tenantDraft(ACME));
  for (let n = 0; n < MAX_HELD_LINES + 3; n += 1) {
    writer.write(ACME, memberDraft(memberId(n), 's', []));
  }
  const lines = writer.linesOf(ACME);
  const reader = aReader();
  expect(reader.live(lines.slice(1)).fetch).toBe(true);
  reader.fetched(lines.slice(0, 1), 'http');
  expect(reader.head().position).toBe(1 + MAX_HELD_LINES);
});

test('lost, repeated, reordered and broken live lines end equal to a replay', () => {
  const writer = new FactWriter();
  const tenants = [ACME, GLOBEX, INITECH];
  for (const tenant of tenants) writer.write(tenant, tenantDraft(tenant));
  for (let n = 0; n < 21; n += 1) {
    writer.write(tenants[n % 3] ?? ACME, memberDraft(memberId(n), 's', []));
  }
  const lines = writer.linesOf(ACME);
  const replay = aReader();
  const inOrder = replay.fetched(lines, 'http').accepted.map(({ leaf }) => leaf);
  for (let seed = 1; seed <= 60; seed += 1) {
    const next = random(seed);
    const reader = aReader();
    const applied: string[] = [];
    for (let turn = 0; turn < 40; turn += 1) {
      const at = Math.floor(next() * lines.length);
      const size = 1 + Math.floor(next() * 4);
      const batch = lines.slice(at, at + size);
      const chance = next();
      if (chance < 0.2) batch.reverse();
      if (chance > 0.8) batch[0] = (batch[0] ?? '').replace(/"sig":"..../, '"sig":"AAAA');
      const step = reader.live(batch);
      applied.push(...step.accepted.map(({ leaf }) => leaf));
      if (step.fetch && next() < 0.5) {
        const from = reader.head().position;
        const page = reader.fetched(lines.slice(from, from + 5), 'http');
        applied.push(...page.accepted.map(({ leaf }) => leaf));
      }
    }
    const rest = reader.fetched(lines.slice(reader.head().position), 'http');
    applied.push(...rest.accepted.map(({ leaf }) => leaf));
    expect({ seed, head: reader.head(), applied }).toEqual({
      seed,
      head: replay.head(),
      applied: inOrder,
    });
  }
});
