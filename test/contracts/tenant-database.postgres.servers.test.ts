import { createPostgresDatabases } from '../../adapters/postgres-databases/adapter.ts';
import { formatOwnerMark, parseOwnerMark } from '../../ports/owner-mark.ts';
import { aTenantServer, run } from '../adapters/postgres-databases/subject.ts';
import { tenantDatabaseContract } from './tenant-database.ts';

tenantDatabaseContract('Postgres databases', async () => {
  const { databases, options, secrets, adminUrl, superUrl, at, asTenant } = await aTenantServer();
  const nameOf = (tenant: string) => `tenant-${tenant}`;
  return {
    databases,
    plant: async (tenant, { used, owner }) => {
      await run(adminUrl, `create database "${nameOf(tenant)}" template template0`);
      if (used) await run(at(nameOf(tenant)), 'create table theirs (x int)');
      if (!owner) return;
      const mark = formatOwnerMark(owner);
      await run(adminUrl, `comment on database "${nameOf(tenant)}" is '${mark}'`);
    },
    look: async (tenant) => {
      const [found] = await run(
        superUrl,
        `select shobj_description(oid, 'pg_database') as mark from pg_database
         where datname = '${nameOf(tenant)}'`,
      );
      if (found === undefined) return undefined;
      const tables = await run(
        at(nameOf(tenant)),
        `select from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
      );
      return { used: tables.length > 0, mark: parseOwnerMark(String(found['mark'])) };
    },
    ways: {
      'lets everybody in': (tenant) =>
        run(adminUrl, `grant connect on database "${nameOf(tenant)}" to public`),
      'is closed': (tenant) =>
        run(adminUrl, `alter database "${nameOf(tenant)}" allow_connections false`),
      'its role may not log in': (tenant) =>
        run(adminUrl, `alter role "${nameOf(tenant)}" nologin`),
      'its role may connect without end': (tenant) =>
        run(adminUrl, `alter role "${nameOf(tenant)}" connection limit -1`),
      'its role may make nothing': (tenant) =>
        run(adminUrl, `revoke create on database "${nameOf(tenant)}" from "${nameOf(tenant)}"`),
    },
    nameOf,
    use: async (url) => {
      const rows = await run(
        asTenant(url),
        `create table t (x text); insert into t values ('y'); select x from t`,
      );
      if (rows[0]?.['x'] !== 'y') throw new Error('the database does not give back what it took');
    },
    withWrongCredentials: createPostgresDatabases(
      { ...options, adminUrl: Object.assign(new URL(adminUrl), { password: 'wrong' }).href },
      secrets,
    ),
    unreachable: createPostgresDatabases(
      { ...options, adminUrl: 'postgres://nobody:x@127.0.0.1:1/postgres' },
      secrets,
    ),
    close: async () => undefined,
  };
});
