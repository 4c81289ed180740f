import { expect, test } from '@jest/globals';
import { ShardReader } from '../../sdk/typescript/reader.ts';
import { rereadShard } from '../../sdk/typescript/reread.ts';
import { FactWriter, KEYS, LOG, memberDraft, openKeys } from './support/fact-writer.ts';
import { tenantDraft } from './support/fact-writer.ts';
import { headOfLines } from './support/log-writer.ts';
import { ACME, GLOBEX, SHARD, memberId } from './support/tenants.ts';

const trust = { log: LOG, findKey: openKeys(KEYS) };

const serving = (lines: readonly string[]) => ({
  fetch: (_: number, from: number) => Promise.resolve(lines.slice(from - 1, from + 1)),
});

const reread = (doubted: ShardReader, lines: readonly string[]) =>
  rereadShard(doubted, serving(lines), 'http', new AbortController().signal);

/** A shard of two tenants, whose last fact gives these roles. */
const history = (roles: string[]): string[] => {
  const writer = new FactWriter();
  for (const tenant of [ACME, GLOBEX]) writer.write(tenant, tenantDraft(tenant));
  writer.write(ACME, memberDraft(memberId(1), 'jane', roles));
  return writer.linesOf(ACME);
};

const readerOf = (lines: readonly string[], covered: number): ShardReader => {
  const reader = new ShardReader(SHARD, trust);
  reader.live(lines);
  reader.heartbeat(headOfLines(lines.slice(0, covered)));
  return reader;
};

test('what holds all that was covered is taken, and what was not covered may be gone', async () => {
  const lines = history(['viewer']);
  const longer = await reread(readerOf(lines.slice(0, 2), 2), lines);
  expect(longer).toMatchObject({ holdsCovered: true, refused: [] });
  expect(longer.fresh.head().position).toBe(3);
  const shorter = await reread(readerOf(lines, 2), lines.slice(0, 2));
  expect(shorter.holdsCovered).toBe(true);
});

test('a history that ends before what was covered is not taken', async () => {
  const lines = history(['viewer']);
  expect((await reread(readerOf(lines, 3), lines.slice(0, 2))).holdsCovered).toBe(false);
});

test('a history with another fact at a covered place (a fork) is not taken', async () => {
  const answer = await reread(readerOf(history(['viewer']), 3), history(['owner']));
  expect(answer.holdsCovered).toBe(false);
  expect(answer.refused).toMatchObject([{ code: 'shard-fork' }]);
});

test('a history is taken up to the line that does not verify, if that is behind what was covered', async () => {
  const lines = history(['viewer']);
  const broken = lines.map((line) => line.replace(/^3 (.*)"sig":"..../, '3 $1"sig":"AAAA'));
  const answer = await reread(readerOf(lines, 2), broken);
  expect(answer).toMatchObject({ holdsCovered: true, refused: [{ code: 'signature-invalid' }] });
  expect((await reread(readerOf(lines, 3), broken)).holdsCovered).toBe(false);
});

test('what a reader had covered while it was read anew is compared too', async () => {
  const lines = history(['viewer']);
  const reader = readerOf(lines, 2);
  const answer = reread(reader, lines.slice(0, 2));
  reader.heartbeat(headOfLines(lines));
  expect((await answer).holdsCovered).toBe(false);
});
