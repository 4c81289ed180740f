import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findMissingMigrations } from '../../tools/migrations-check.ts';
import { ROOT } from '../../tools/run-command.ts';

let migrations: string;
beforeEach(() => {
  migrations = mkdtempSync(join(tmpdir(), 'tenure-migrations-test-'));
  cpSync(`${ROOT}drizzle/migrations`, migrations, { recursive: true });
});
afterEach(() => rmSync(migrations, { recursive: true }));

test('the committed migrations say all that the tables say', async () => {
  expect(await findMissingMigrations(migrations)).toEqual([]);
});

test('a column that no migration has made is found', async () => {
  const meta = join(migrations, 'meta');
  const newest = readdirSync(meta)
    .filter((file) => file.endsWith('_snapshot.json'))
    .toSorted()
    .at(-1);
  const path = join(meta, newest ?? '');
  const snapshot = JSON.parse(readFileSync(path, 'utf8'));
  delete snapshot.tables['public.tenants'].columns.slug;
  writeFileSync(path, JSON.stringify(snapshot));
  expect(await findMissingMigrations(migrations)).toHaveLength(1);
});

test('a folder that drizzle-kit cannot read is no agreement', async () => {
  writeFileSync(join(migrations, 'meta/_journal.json'), '{');
  await expect(findMissingMigrations(migrations)).rejects.toThrow('SyntaxError');
});
