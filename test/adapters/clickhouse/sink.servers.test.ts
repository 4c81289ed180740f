import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { schemaOf } from '../../../adapters/clickhouse/schema.ts';
import { createClickHouseSink } from '../../../adapters/clickhouse/sink.ts';
import type { FactSink } from '../../../ports/fact-sink.ts';
import { rowsOf } from '../../contracts/fact-sink.ts';
import { FactWriter, memberDraft, tenantDraft } from '../../sdk/support/fact-writer.ts';
import { ACME, SHARD, memberId } from '../../sdk/support/tenants.ts';
import { ClickHouse } from '../../support/clickhouse.ts';
import { LosingProxy } from '../../support/losing-proxy.ts';
import { server } from '../../support/servers/server.ts';
import { chainOf, factsOf } from '../../workers/sinks/sink-facts.ts';

const DATABASE = 'clickhouse_sink';
const NOBODY = 'http://127.0.0.1:1';

let at: Awaited<ReturnType<typeof server<'clickhouse'>>>;
let clickhouse: ClickHouse;
let sink: FactSink;
const facts = chainOf(5);

const open = (over: { url?: string; password?: string } = {}) =>
  createClickHouseSink({ ...at, database: DATABASE, ...over });

beforeEach(async () => {
  at = await server('clickhouse');
  clickhouse = new ClickHouse(at, DATABASE);
  await clickhouse.drop();
  sink = open();
});
afterEach(async () => {
  await sink.close();
  await clickhouse.drop();
  await clickhouse.close();
});

test('an append that takes effect after a replacement changes nothing', async () => {
  await sink.prepare();
  await sink.append(facts);
  const late = open();
  await late.standing();
  const fork = chainOf(3, { sub: 'john' });
  await sink.replace(SHARD, fork);
  await late.append(facts);
  await late.close();
  expect(await clickhouse.sinkRows()).toEqual(rowsOf(fork));
});

test('the current state is the last assertion of each subject, without void facts', async () => {
  const writer = new FactWriter();
  writer.write(ACME, tenantDraft(ACME));
  writer.write(ACME, memberDraft(memberId(1), 'jane', ['viewer']));
  writer.write(ACME, memberDraft(memberId(2), 'john', ['owner']));
  writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
  const subject = `member:${memberId(2)}`;
  writer.write(ACME, { kind: 'membership', subject, op: 'retract', body: {} });
  writer.write(ACME, tenantDraft(ACME, 'frozen'));
  await sink.prepare();
  const all = factsOf(SHARD, writer.linesOf(ACME));
  await sink.append(all.map((one) => ({ ...one, isVoid: one.position === 6 })));
  const state = await clickhouse.select(
    `SELECT subject, toUInt32(seq) AS seq, JSONExtractString(body, 'state') AS state
     FROM ${DATABASE}.state ORDER BY seq`,
  );
  expect(state).toEqual([
    { subject: `tenant:${ACME}`, seq: 1, state: 'active' },
    { subject: `member:${memberId(1)}`, seq: 4, state: 'active' },
  ]);
});

test('a write whose answer is lost, and is repeated, leaves each fact there once', async () => {
  await sink.prepare();
  await appendWithAnswerLost();
  expect(await clickhouse.sinkRows()).toEqual(rowsOf(facts));
});

test('without its key a lost answer doubles rows: the test above can fail', async () => {
  for (const statement of schemaOf(DATABASE)) {
    const loose = statement
      .replace('gone UInt8\n', 'gone UInt8, chance UInt64 DEFAULT rand64()\n')
      .replace('ORDER BY (shard, position)', 'ORDER BY (shard, position, chance)');
    await clickhouse.run(loose);
  }
  await appendWithAnswerLost();
  expect(await clickhouse.sinkRows()).toHaveLength(2 * facts.length);
});

test.each([
  ['nobody listens', () => open({ url: NOBODY }), /ECONNREFUSED/],
  ['the password is wrong', () => open({ password: 'wrong' }), /password is incorrect/],
])('where %s, every call says so', async (_, make, sentence) => {
  const wrong = make();
  try {
    await expect(wrong.prepare()).rejects.toThrow(sentence);
    await expect(wrong.standing()).rejects.toThrow(sentence);
    await expect(wrong.append(facts)).rejects.toThrow(sentence);
    await expect(wrong.replace(SHARD, facts)).rejects.toThrow(sentence);
    await expect(wrong.probe()).rejects.toThrow(sentence);
  } finally {
    await wrong.close();
  }
});

/** Once with the answer lost on its way, then again. */
async function appendWithAnswerLost(): Promise<void> {
  const proxy = new LosingProxy(at.url);
  const cut = open({ url: await proxy.listen() });
  proxy.repliesToLose = 1;
  await expect(cut.append(facts)).rejects.toThrow(/socket hang up|ECONNRESET/);
  await cut.append(facts);
  await Promise.all([cut.close(), proxy.close()]);
}
