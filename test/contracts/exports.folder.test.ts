import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import { createExportFolder, createMissingFolder } from '../../adapters/export-folder/exports.ts';
import { describeExports } from './exports.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenure-exports-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = AbortSignal.timeout(60_000);

describeExports(() => createExportFolder(join(folder, 'made', 'when needed')));

test('another process finds it, and its owner alone may read it', async () => {
  const tenant = randomUUID();
  const shared = join(folder, 'shared');
  await createExportFolder(shared).put(tenant, '{}', signal);
  expect(await createExportFolder(shared).find(tenant, signal)).toBe('{}');
  expect(readdirSync(shared)).toEqual([`${tenant}.json`]);
  expect(statSync(join(shared, `${tenant}.json`)).mode & 0o777).toBe(0o600);
  expect(statSync(shared).mode & 0o777).toBe(0o700);
});

test('a tenant is a UUID and no path', async () => {
  const exports = createExportFolder(folder);
  await expect(exports.put('../else', '{}', signal)).rejects.toThrow('a tenant is a UUID');
});

test('a folder that cannot be one parks whoever needs it: a person mends it', async () => {
  const file = join(folder, 'a file');
  writeFileSync(file, '');
  chmodSync(file, 0o400);
  const port = { port: 'exports', permanent: false };
  const exports = createExportFolder(join(file, 'below'));
  await expect(exports.put(randomUUID(), '{}', signal)).rejects.toMatchObject(port);
  await expect(exports.probe(signal)).rejects.toMatchObject(port);
});

test('without a folder nobody leaves, and who left nothing finds nothing', async () => {
  const exports = createMissingFolder();
  const refused = { port: 'exports', code: 'forbidden', message: 'EXPORT_DIR is not set' };
  await expect(exports.put(randomUUID(), '{}', signal)).rejects.toMatchObject(refused);
  await expect(exports.probe(signal)).rejects.toMatchObject(refused);
  expect(await exports.find(randomUUID(), signal)).toBeUndefined();
  await exports.remove(randomUUID(), signal);
});
