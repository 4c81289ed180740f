import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { createCheckpointFile } from '../../adapters/checkpoint-file/store.ts';
import { createMemoryCheckpointStore } from '../../adapters/memory/checkpoint-store.ts';
import { checkpointStoreContract } from './checkpoint-store.ts';

const run = promisify(execFile);
const RACE_MS = 1_000;

checkpointStoreContract('memory', () => {
  const store = createMemoryCheckpointStore();
  return { open: () => store, close: () => undefined };
});

checkpointStoreContract('file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenure-checkpoint-'));
  return {
    open: () => createCheckpointFile(directory),
    close: () => rmSync(directory, { recursive: true }),
  };
});

test('a process that died between two versions leaves the newer one', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenure-checkpoint-'));
  const store = createCheckpointFile(directory);
  await store.keep(0, 'first\n');
  writeFileSync(join(directory, '000000000002.checkpoint'), 'second\n');
  writeFileSync(join(directory, 'torn.new'), 'thi');
  expect(await createCheckpointFile(directory).newest()).toEqual({ version: 2, note: 'second\n' });
  expect(await store.keep(2, 'third\n')).toBe(true);
  expect(readdirSync(directory).filter((name) => name.endsWith('.checkpoint'))).toHaveLength(1);
  rmSync(directory, { recursive: true });
});

test('no version is kept by two of many processes', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenure-checkpoint-'));
  const racer = fileURLToPath(new URL('checkpoint-racer.ts', import.meta.url));
  const race = () => run(process.execPath, [racer, directory, String(RACE_MS)]);
  const outputs = await Promise.all([race(), race(), race(), race()]);
  const kept = outputs.flatMap(({ stdout }) => JSON.parse(stdout) as number[]);
  expect(kept.length).toBeGreaterThan(0);
  expect(new Set(kept).size).toBe(kept.length);
  rmSync(directory, { recursive: true });
});
