import { expect, test } from '@jest/globals';
import { ShardReader } from '../../sdk/typescript/reader.ts';
import { rereadShard } from '../../sdk/typescript/reread.ts';
import { verifiersOf } from '../../sdk/typescript/trust.ts';
import { FactWriter, KEYS, LOG, memberDraft, tenantDraft } from './support/fact-writer.ts';
import { ACME, GLOBEX, SHARD, memberId } from './support/tenants.ts';

const trust = { log: LOG, findVerifier: verifiersOf(KEYS) };

const serving = (lines: readonly string[]) => ({
  fetch: (_: number, from: number) => Promise.resolve(lines.slice(from - 1, from + 1)),
});

const reread = (doubted: ShardReader, lines: readonly string[]) =>
  rereadShard(doubted, trust, serving(lines), new AbortController().signal);

/** A shard of two tenants, whose last fact gives these roles. */
const history = (roles: string[]): string[] => {
  const writer = new FactWriter();
  for (const tenant of [ACME, GLOBEX]) writer.write(tenant, tenantDraft(tenant));
  writer.write(ACME, memberDraft(memberId(1), 'jane', roles));
  return writer.linesOf(ACME);
};

const readerOf = (lines: readonly string[]): ShardReader => {
  const reader = new ShardReader(SHARD, trust);
  reader.live(lines);
  return reader;
};

test('what holds all that was verified is taken', async () => {
  const lines = history(['viewer']);
  const taken = await reread(readerOf(lines.slice(0, 2)), lines);
  expect(taken?.fresh.head().position).toBe(3);
});

test('a history without a fact that was verified is not taken', async () => {
  const lines = history(['viewer']);
  expect(await reread(readerOf(lines), lines.slice(0, 2))).toBeUndefined();
});

test('a history with another fact at that place (a fork) is not taken', async () => {
  expect(await reread(readerOf(history(['viewer'])), history(['owner']))).toBeUndefined();
});

test('a history that does not verify is not taken', async () => {
  const lines = history(['viewer']);
  const broken = lines.map((line) => line.replace(/^3 (.*)"sig":"..../, '3 $1"sig":"AAAA'));
  expect(await reread(readerOf(lines.slice(0, 2)), broken)).toBeUndefined();
});
