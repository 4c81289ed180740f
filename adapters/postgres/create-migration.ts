import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MIGRATIONS_FOLDER, readMigrations } from './migrations.ts';

const ROOT = new URL('../../', import.meta.url);
const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Development: writes the next migration from what differs between `drizzle/schema` and the last
 * one (an empty one when nothing does, for grants), and an undo to be filled in. Gives its path.
 */
export async function createMigration(name: string): Promise<string> {
  if (!NAME.test(name)) throw new Error('a migration is named like add_projects: a-z, 0-9 and _');
  const before = await readMigrations();
  await generate(name);
  if ((await readMigrations()).length === before.length) await generate(name, '--custom');
  const created = (await readMigrations()).at(-1);
  if (created === undefined || created.name === before.at(-1)?.name) {
    throw new Error('drizzle-kit wrote no migration');
  }
  const undo = new URL(`${created.name}.down.sql`, MIGRATIONS_FOLDER);
  await writeFile(undo, `-- Undo of ${created.name}.\n`, { flag: 'wx' });
  return fileURLToPath(new URL(`${created.name}.sql`, MIGRATIONS_FOLDER));
}

async function generate(name: string, ...options: readonly string[]): Promise<void> {
  const kit = fileURLToPath(new URL('node_modules/drizzle-kit/bin.cjs', ROOT));
  await promisify(execFile)(process.execPath, [kit, 'generate', '--name', name, ...options], {
    cwd: fileURLToPath(ROOT),
  });
}
