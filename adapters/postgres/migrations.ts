import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';

export const MIGRATIONS_FOLDER = new URL('../../drizzle/migrations/', import.meta.url);

export interface Migration {
  /** `0000_tables`; the order is that of drizzle-kit's journal. */
  readonly name: string;
  readonly up: string;
  /** SHA-256 of `up`, hex: a migration that was applied must not change afterwards. */
  readonly hash: string;
}

/** All committed migrations in their order. */
export async function readMigrations(folder = MIGRATIONS_FOLDER): Promise<readonly Migration[]> {
  const journal = JSON.parse(await readFile(new URL('meta/_journal.json', folder), 'utf8')) as {
    entries: { tag: string }[];
  };
  return Promise.all(
    journal.entries.map(async ({ tag }) => {
      const up = await readFile(new URL(`${tag}.sql`, folder), 'utf8');
      return { name: tag, up, hash: createHash('sha256').update(up).digest('hex') };
    }),
  );
}

/** The hand-written undo beside the migration; development only. */
export function readDown(name: string, folder = MIGRATIONS_FOLDER): Promise<string> {
  return readFile(new URL(`${name}.down.sql`, folder), 'utf8');
}
