import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { migrateUp } from '../../adapters/postgres/migrate.ts';
import * as postgres from '../../tools/servers/postgres.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { type FixtureTree, writeFixtureTree } from '../architecture/fixture-tree.ts';
import { readTracked, REPOSITORY } from '../architecture/tracked-files.ts';

describe('postgres-init.sh', () => {
  let tree: FixtureTree;
  let server: postgres.PostgresServer;
  const PROCESSES = ['migrate', 'api', 'worker', 'sequencer'];

  beforeAll(async () => {
    server = await postgres.start({ paths: await postgres.get(quiet) });
    const script = readTracked('deploy/compose/postgres-init.sh');
    tree = writeFixtureTree({
      'init.sh': script.replace('/run/secrets', './secrets'),
      'bin/psql': `#!/bin/sh\nexec "${process.execPath}" "${REPOSITORY}/test/deploy/psql-shim.ts" "$@"\n`,
    });
    chmodSync(join(tree.folder, 'bin/psql'), 0o755);
    mkdirSync(join(tree.folder, 'secrets'));
    for (const name of PROCESSES) {
      const url = `postgres://tenure_${name}_login:pw-${name}@postgres:5432/tenure`;
      writeFileSync(join(tree.folder, `secrets/${name}-database-url`), `${url}\n`);
    }
    execFileSync('sh', ['init.sh'], {
      cwd: tree.folder,
      env: {
        PATH: `${tree.folder}/bin:${process.env['PATH']}`,
        POSTGRES_USER: 'postgres',
        SHIM_SERVER_URL: server.url,
        TEMPORAL_DATABASE_PASSWORD: 'pw-temporal',
        KEYCLOAK_DATABASE_PASSWORD: 'pw-keycloak',
      },
    });
    await migrateUp({ databaseUrl: urlOf('migrate') });
  });
  afterAll(async () => {
    await server.stop();
    tree.remove();
  });

  const urlOf = (process: string, database = 'tenure') => {
    const given = readFileSync(join(tree.folder, `secrets/${process}-database-url`), 'utf8').trim();
    return given
      .replace('@postgres:5432', `@127.0.0.1:${server.port}`)
      .replace(/tenure$/, database);
  };
  const ask = async (connectionString: string, query: string) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      return (await client.query(query)).rows;
    } finally {
      await client.end();
    }
  };

  test.each([
    ['api', ['api', 'operator']],
    ['worker', ['worker', 'operator', 'api']],
    ['sequencer', ['sequencer']],
  ])('%s takes %j and no other role', async (name, own) => {
    for (const role of own) await ask(urlOf(name), `set role tenure_${role}`);
    for (const other of ['api', 'worker', 'sequencer', 'owner', 'operator']) {
      if (own.includes(other)) continue;
      const taking = ask(urlOf(name), `set role tenure_${other}`);
      await expect(taking).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('migrations run as the owner, who owns every table', async () => {
    const owners = await ask(
      urlOf('migrate'),
      "select distinct tableowner from pg_tables where schemaname = 'public'",
    );
    expect(owners).toEqual([{ tableowner: 'tenure_owner' }]);
  });

  test.each(['temporal', 'keycloak'])('%s has its own database, and ours is shut', async (name) => {
    const url = (database: string) =>
      `postgres://${name}:pw-${name}@127.0.0.1:${server.port}/${database}`;
    await ask(url(name), 'create table mine (id int)');
    await expect(ask(url('tenure'), 'select 1')).rejects.toMatchObject({ code: '42501' });
    await expect(ask(urlOf('api', name), 'select 1')).rejects.toMatchObject({ code: '42501' });
  });
});
