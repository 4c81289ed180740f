import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { migrateDown, migrateUp, schemaVersion } from '../../../adapters/postgres/migrate.ts';
import { readDown, readMigrations } from '../../../adapters/postgres/migrations.ts';
import { assureRoles } from '../../../adapters/postgres/roles.ts';
import { captureCommand } from '../../../tools/run-command.ts';
import { dumpSchema, SCHEMA_FILE } from '../../../tools/schema-dump.ts';
import { freshDatabase } from '../../support/servers/database.ts';

let names: string[];
beforeAll(async () => {
  names = (await readMigrations()).map(({ name }) => name);
});

async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** What drizzle/ itself says, without the history, and then what only SQL can say. */
async function fromSchema(): Promise<string> {
  const { output } = await captureCommand([
    process.execPath,
    'node_modules/drizzle-kit/bin.cjs',
    'export',
    '--dialect=postgresql',
    '--schema=./drizzle/schema/*.ts',
  ]);
  const databaseUrl = await freshDatabase();
  const byHand = (await readMigrations()).filter(({ name }) => name.endsWith('_grants'));
  await withClient(databaseUrl, async (client) => {
    await assureRoles(client);
    await client.query('set role tenure_owner');
    await client.query(output);
    for (const { up } of byHand) await client.query(up);
  });
  return dumpSchema(databaseUrl);
}

test('up applies everything in order, and again does nothing', async () => {
  const databaseUrl = await freshDatabase();
  expect(await schemaVersion({ databaseUrl })).toEqual({ current: undefined, pending: names });
  expect(await migrateUp({ databaseUrl })).toEqual(names);
  expect(await migrateUp({ databaseUrl })).toEqual([]);
  expect(await schemaVersion({ databaseUrl })).toEqual({ current: names.at(-1), pending: [] });
});

test('two processes that start at once migrate once', async () => {
  const databaseUrl = await freshDatabase();
  const applied = await Promise.all([migrateUp({ databaseUrl }), migrateUp({ databaseUrl })]);
  expect(applied.flat()).toEqual(names);
});

test('two databases of one cluster may be migrated at once', async () => {
  const urls = await Promise.all(Array.from({ length: 4 }, freshDatabase));
  const applied = await Promise.all(urls.map((databaseUrl) => migrateUp({ databaseUrl })));
  expect(applied).toEqual(urls.map(() => names));
});

describe('a migrated database equals', () => {
  let migrated: string;
  let databaseUrl: string;
  beforeAll(async () => {
    databaseUrl = await freshDatabase();
    await migrateUp({ databaseUrl });
    migrated = await dumpSchema(databaseUrl);
  });

  test('the golden schema', async () => {
    expect(migrated).toBe(await readFile(SCHEMA_FILE, 'utf8'));
  });

  test('a fresh one made from drizzle/', async () => {
    expect(await fromSchema()).toBe(migrated);
  });

  test('one that went down to nothing, step by step, and up again', async () => {
    const empty = await dumpSchema(await freshDatabase());
    for (const name of names.toReversed()) {
      expect(await migrateDown({ databaseUrl, appEnv: 'dev' })).toBe(name);
    }
    expect(await dumpSchema(databaseUrl)).toBe(empty);
    expect(await migrateDown({ databaseUrl, appEnv: 'dev' })).toBeUndefined();
    await migrateUp({ databaseUrl });
    expect(await dumpSchema(databaseUrl)).toBe(migrated);
  });

  test('negative control: an index too many shows', async () => {
    await withClient(databaseUrl, async (client) => {
      await client.query('create index extra on tenants (plan)');
    });
    expect(await dumpSchema(databaseUrl)).not.toBe(migrated);
  });
});

describe('refused is', () => {
  test('going down in production', async () => {
    const databaseUrl = await freshDatabase();
    await migrateUp({ databaseUrl });
    await expect(migrateDown({ databaseUrl, appEnv: 'prod' })).rejects.toThrow('APP_ENV is prod');
    expect((await schemaVersion({ databaseUrl })).pending).toEqual([]);
  });

  test('a migration that was changed after it had been applied', async () => {
    const databaseUrl = await freshDatabase();
    await migrateUp({ databaseUrl });
    await withClient(databaseUrl, async (client) => {
      await client.query(`update schema_migrations set hash = 'x' where name = $1`, [names[0]]);
    });
    await expect(migrateUp({ databaseUrl })).rejects.toThrow(`${names[0]} was changed`);
  });

  test('a database that a later version migrated', async () => {
    const databaseUrl = await freshDatabase();
    await migrateUp({ databaseUrl });
    await withClient(databaseUrl, async (client) => {
      await client.query(`insert into schema_migrations values ('9999_later', 'x')`);
    });
    await expect(migrateUp({ databaseUrl })).rejects.toThrow('does not know');
  });
});

test('a migration that fails leaves nothing of itself', async () => {
  const databaseUrl = await freshDatabase();
  await withClient(databaseUrl, async (client) => {
    await client.query('create table audit (mine int)');
  });
  await expect(migrateUp({ databaseUrl })).rejects.toMatchObject({ code: '42P07' });
  expect(await schemaVersion({ databaseUrl })).toEqual({ current: undefined, pending: names });
});

test('every migration has its undo', async () => {
  for (const name of names) expect(await readDown(name)).toContain(`Undo of ${name}`);
});
