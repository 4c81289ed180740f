import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { factSourceOf } from '../../cli/fact-sources.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import type { FactSource } from '../../ports/recovery.ts';
import { FakeRegistry, TOKEN } from '../sdk/support/fake-registry.ts';
import { FactWriter, tenantDraft } from '../sdk/support/fact-writer.ts';
import { keySetNote } from '../sdk/support/log-writer.ts';
import { ACME, SHARD } from '../sdk/support/tenants.ts';

let folder: string;
let lines: string[];
let registry: FakeRegistry;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-source-'));
  const writer = new FactWriter();
  for (let count = 0; count < 3; count += 1) writer.write(ACME, tenantDraft(ACME));
  lines = writer.linesOf(ACME);
  registry = new FakeRegistry(writer);
});
afterEach(async () => {
  await registry.close();
  rmSync(folder, { recursive: true });
});

/** What is above position 1 of the shard. */
async function readFrom(source: FactSource): Promise<string[]> {
  const read: string[] = [];
  const positions = Array.from({ length: 256 }, (_none, shard) => (shard === SHARD ? 1 : 0));
  for await (const batch of source.read(positions)) read.push(...batch);
  return read;
}

test('the address of a registry gives lines and key sets', async () => {
  const source = factSourceOf(await registry.listen(), () => TOKEN);
  expect(await readFrom(source)).toEqual(lines.slice(1));
  expect(await source.keySet(1)).toBe(keySetNote());
  expect(await source.keySet(9)).toBeUndefined();
});

test('a registry that does not answer is an error, not an empty one', async () => {
  const url = await registry.listen();
  registry.down = true;
  await expect(readFrom(factSourceOf(url, () => TOKEN))).rejects.toMatchObject({
    code: 'facts-unavailable',
  });
});

test.each(['1.note', '1'])('a folder gives whole lines, and keys/%s', async (name) => {
  await registry.listen();
  for (const part of ['shards', 'keys']) mkdirSync(join(folder, part));
  const file = join(folder, 'shards', `${shardName(SHARD)}.facts`);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  appendFileSync(file, '4 3 {"payload":"torn');
  writeFileSync(join(folder, 'keys', name), keySetNote());
  const source = factSourceOf(folder, () => TOKEN);
  expect(await readFrom(source)).toEqual(lines.slice(1));
  expect(await source.keySet(1)).toBe(keySetNote());
  expect(await source.keySet(2)).toBeUndefined();
});
