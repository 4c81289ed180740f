import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
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

describe.each([
  ['a data plane', `shards/${shardName(SHARD)}.facts`, 'keys/1.note'],
  ['a copy of the log', `facts/${shardName(SHARD)}`, 'keys/1'],
])('the folder of %s', (_whose, facts, keys) => {
  const put = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const putLines = (own: readonly string[]): void =>
    put(facts, `${own.map((line) => `${line}\n`).join('')}4 3 {"payload":"torn`);

  test('gives whole lines and key sets', async () => {
    putLines(lines);
    put(keys, keySetNote());
    const source = factSourceOf(folder, () => TOKEN);
    expect(await readFrom(source)).toEqual(lines.slice(1));
    expect(await source.keySet(1)).toBe(keySetNote());
    expect(await source.keySet(2)).toBeUndefined();
  });

  test.each([1, 2])(
    'gives what it has when its first line is not line 1: without %i',
    async (gone) => {
      putLines(lines.slice(gone));
      expect(await readFrom(factSourceOf(folder, () => TOKEN))).toEqual(lines.slice(gone));
    },
  );
});
