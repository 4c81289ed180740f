import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createMigration } from '../../../adapters/postgres/create-migration.ts';
import {
  MIGRATIONS_FOLDER,
  readDown,
  readMigrations,
} from '../../../adapters/postgres/migrations.ts';

let path: string;
let folder: URL;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'tenure-create-migration-'));
  folder = pathToFileURL(`${path}/`);
});
afterEach(() => rm(path, { recursive: true }));

test('without a difference it writes an empty migration and its undo, last in order', async () => {
  await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
  const before = await readMigrations(folder);
  const created = await createMigration('more_grants', folder);
  const after = await readMigrations(folder);
  expect(after.slice(0, -1)).toEqual(before);
  const name = after.at(-1)?.name ?? '';
  expect(name).toMatch(/^\d{4}_more_grants$/);
  expect(created).toBe(join(path, `${name}.sql`));
  expect(await readFile(created, 'utf8')).not.toContain('CREATE TABLE');
  expect(await readDown(name, folder)).toContain(`Undo of ${name}`);
});

test.each(['', '../x', 'Add', 'a b', '--custom'])('the name %j is refused', async (name) => {
  await expect(createMigration(name, folder)).rejects.toThrow('a migration is named like');
});
