/**
 * Schema of the registry's database: forward only in production, one step back in development.
 *
 * One session does it under an advisory lock, each migration in a transaction of its own together
 * with its row in `schema_migrations`, as the owner role. Rejects with plain errors: a person reads
 * them.
 */
import pg from 'pg';
import { OWNER_ROLE_NAME } from '../../drizzle/roles.ts';
import { MIGRATION_LOCK } from './advisory-locks.ts';
import { readDown, readMigrations, type Migration } from './migrations.ts';
import { assureRoles } from './roles.ts';

export interface Database {
  readonly databaseUrl: string;
}

export interface SchemaVersion {
  /** Name of the newest migration applied. */
  readonly current: string | undefined;
  readonly pending: readonly string[];
}

interface Applied {
  readonly name: string;
  readonly hash: string;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Applies what is pending and gives the names; a second process waits and finds nothing to do. */
export function migrateUp(database: Database): Promise<readonly string[]> {
  return locked(database, async (client) => {
    const migrations = await readMigrations();
    const pending = pendingOf(migrations, await prepare(client));
    for (const migration of pending) {
      await inTransaction(client, async () => {
        await client.query(migration.up);
        await client.query('insert into schema_migrations (name, hash) values ($1, $2)', [
          migration.name,
          migration.hash,
        ]);
      });
    }
    return pending.map(({ name }) => name);
  });
}

export function schemaVersion(database: Database): Promise<SchemaVersion> {
  return locked(database, async (client) => {
    const applied = await readApplied(client);
    const pending = pendingOf(await readMigrations(), applied);
    return { current: applied.at(-1)?.name, pending: pending.map(({ name }) => name) };
  });
}

/**
 * Takes the newest migration back, with its data, and gives its name; undefined when there is none.
 * `appEnv` is APP_ENV: production goes forward only.
 */
export async function migrateDown(
  database: Database & { readonly appEnv: string },
): Promise<string | undefined> {
  if (database.appEnv === 'prod') {
    throw new Error('migrate down destroys data and is refused where APP_ENV is prod.');
  }
  return locked(database, async (client) => {
    const newest = (await readApplied(client)).at(-1);
    if (newest === undefined) return undefined;
    const down = await readDown(newest.name);
    await inTransaction(client, async () => {
      await client.query(down);
      await client.query('delete from schema_migrations where name = $1', [newest.name]);
    });
    return newest.name;
  });
}

async function locked<T>(
  { databaseUrl }: Database,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'tenure migrate',
  });
  client.on('error', () => undefined); // the query under way rejects with it
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1, $2)', MIGRATION_LOCK);
    return await work(client);
  } finally {
    await client.end();
  }
}

async function prepare(client: pg.Client): Promise<readonly Applied[]> {
  await assureRoles(client);
  await inTransaction(client, async () => {
    await client.query(
      `create table if not exists schema_migrations (
         name text primary key,
         hash text not null,
         applied_at timestamptz not null default now()
       )`,
    );
  });
  return readApplied(client);
}

async function readApplied(client: pg.Client): Promise<readonly Applied[]> {
  const table = await client.query<{ there: boolean }>(
    `select to_regclass('public.schema_migrations') is not null as there`,
  );
  if (table.rows[0]?.there !== true) return [];
  const { rows } = await client.query<Applied>(
    'select name, hash from schema_migrations order by name',
  );
  return rows;
}

/** Refuses a history that is not a beginning of ours: another version wrote it, or one changed. */
function pendingOf(
  migrations: readonly Migration[],
  applied: readonly Applied[],
): readonly Migration[] {
  applied.forEach(({ name, hash }, at) => {
    const ours = migrations[at];
    if (ours?.name !== name) {
      throw new Error(`The database has migration ${name}, which this version does not know.`);
    }
    if (ours.hash !== hash) {
      throw new Error(`Migration ${name} was changed after it had been applied.`);
    }
  });
  return migrations.slice(applied.length);
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await client.query(`set local role ${OWNER_ROLE_NAME}`);
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
