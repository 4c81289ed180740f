// Fails when the tables in drizzle/ say something that no migration does yet.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { captureCommand, ROOT } from './run-command.ts';

/** Names of files that drizzle-kit would add to these migrations. Throws what it complains of. */
export async function findMissingMigrations(migrations: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tenure-migrations-'));
  try {
    await cp(migrations, folder, { recursive: true });
    const { output } = await captureCommand([
      process.execPath,
      'node_modules/drizzle-kit/bin.cjs',
      'generate',
      '--dialect=postgresql',
      '--schema=./drizzle/schema/*.ts',
      // It puts ./ before the path, whatever the path is.
      `--out=${relative(ROOT, folder)}`,
      '--name=missing',
    ]);
    const before = new Set(await readdir(migrations));
    const added = (await readdir(folder)).filter((file) => !before.has(file));
    // Its exit code is 0 also when it failed.
    if (added.length === 0 && !output.includes('No schema changes')) throw new Error(output);
    return added;
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const missing = await findMissingMigrations(`${ROOT}drizzle/migrations`);
  if (missing.length > 0) {
    process.stderr.write('drizzle/ has changed: run "npm run migrate create NAME" and commit it\n');
    process.exitCode = 1;
  }
}
