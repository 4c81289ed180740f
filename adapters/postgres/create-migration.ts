import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MIGRATIONS_FOLDER, readMigrations } from './migrations.ts';

const ROOT = new URL('../../', import.meta.url);
const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Development: writes the next migration from what differs between `drizzle/schema` and the last
 * one (an empty one when nothing does, for grants), and an undo to be filled in. Gives its path.
 */
export async function createMigration(name: string, folder = MIGRATIONS_FOLDER): Promise<string> {
  if (!NAME.test(name)) throw new Error('a migration is named like add_projects: a-z, 0-9 and _');
  const before = await readMigrations(folder);
  await generate(name, folder);
  if ((await readMigrations(folder)).length === before.length) {
    await generate(name, folder, '--custom');
  }
  const created = (await readMigrations(folder)).at(-1);
  if (created === undefined || created.name === before.at(-1)?.name) {
    throw new Error('drizzle-kit wrote no migration');
  }
  const undo = new URL(`${created.name}.down.sql`, folder);
  await writeFile(undo, `-- Undo of ${created.name}.\n`, { flag: 'wx' });
  return fileURLToPath(new URL(`${created.name}.sql`, folder));
}

async function generate(name: string, folder: URL, ...options: readonly string[]): Promise<void> {
  const kit = fileURLToPath(new URL('node_modules/drizzle-kit/bin.cjs', ROOT));
  const where = ['--dialect=postgresql', '--schema=./drizzle/schema/*.ts'];
  const out = `--out=${relative(fileURLToPath(ROOT), fileURLToPath(folder))}`;
  await promisify(execFile)(
    process.execPath,
    [kit, 'generate', ...where, out, '--name', name, ...options],
    { cwd: fileURLToPath(ROOT) },
  );
}
