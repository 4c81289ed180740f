import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { openPool } from '../../../adapters/postgres/pool.ts';
import { DATABASE_ROLES, type DatabaseRole } from '../../../drizzle/roles.ts';
import type { Operation } from '../../../ports/registry-store.ts';
import {
  accepted,
  provisionRequest,
  registryDatabase,
  type RegistryDatabase,
} from './registry-database.ts';

let registry: RegistryDatabase;
let ours: Operation;
let theirs: Operation;
const pools = new Map<DatabaseRole, pg.Pool>();

beforeAll(async () => {
  registry = await registryDatabase();
  ours = await accepted(registry.api.operations, provisionRequest());
  theirs = await accepted(registry.api.operations, provisionRequest());
  for (const role of DATABASE_ROLES) {
    const { databaseUrl } = registry;
    pools.set(role, openPool({ databaseUrl, role, maxConnections: 1 }));
  }
});
afterAll(async () => {
  await Promise.all([...pools.values()].map((pool) => pool.end()));
  await registry.close();
});

const ask = (role: DatabaseRole, text: string, values: unknown[] = []) =>
  pools.get(role)!.query<Record<string, unknown>>(text, values);

async function askAs(role: DatabaseRole, tenant: string, text: string, values: unknown[] = []) {
  const client = await pools.get(role)!.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('app.tenant', $1, true)`, [tenant]);
    return await client.query(text, values);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

/** Tables without a tenant of their own, and why. The list only shrinks. */
const NOT_BY_TENANT = [
  'catalog', // the platform's, read by all; has policies of its own
  'idempotency_keys', // by caller: a replay is looked up before its tenant is known
  'key_sets', // the log's, which is of all tenants, like what follows
  'log_head', // one row
  'log_nodes', // hashes
  'log_notes',
  'plane_receipts', // of the log, as planes are
  'planes',
  'schema_migrations', // the migration tool's
  'shard_heads', // shards are of all tenants
  'state_nodes', // pages of many tenants
];

/** Names of the tables that miss the tenant column, forced security or policies. */
async function tablesOutsideTheRule(client: pg.Pool | pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select c.relname as name from pg_class c
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and not (c.relrowsecurity and c.relforcerowsecurity
        and exists (select from pg_attribute where attrelid = c.oid and not attisdropped
          and attname = case c.relname when 'tenants' then 'id' else 'tenant' end)
        and exists (select from pg_policy where polrelid = c.oid))
    order by 1`);
  return rows.map(({ name }) => name);
}

describe('the rule', () => {
  test('every table with rows of tenants has the column, forced security and policies', async () => {
    expect(await tablesOutsideTheRule(registry.admin)).toEqual(NOT_BY_TENANT);
  });

  test.each([
    ['no security', 'create table forgotten (tenant uuid)'],
    ['no FORCE', 'alter table tenants no force row level security'],
    [
      'no policy',
      'drop policy tenure_worker_by_tenant on secrets; drop policy ' +
        'tenure_api_stores on secrets; drop policy tenure_api_shows_link on secrets',
    ],
  ])('negative control: a table with %s is found', async (_what, change) => {
    const client = await registry.admin.connect();
    await client.query('begin');
    await client.query(change);
    const found = await tablesOutsideTheRule(client);
    await client.query('rollback');
    client.release();
    expect(found).toHaveLength(NOT_BY_TENANT.length + 1);
  });

  test('a row is never without its tenant: no policy lets a tenant through unnamed', async () => {
    const { rows } = await registry.admin.query<{ name: string }>(`
      select distinct polrelid::regclass || ' ' || polname as name from pg_policy
      where polroles @> array['tenure_api'::regrole::oid]
        and coalesce(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
          not like '%app.tenant%' order by 1`);
    expect(rows.map(({ name }) => name)).toEqual(['catalog tenure_api_reads']);
  });
});

describe('rows', () => {
  test.each(['tenure_api', 'tenure_worker'] as const)(
    'of another tenant are not there for %s',
    async (role) => {
      const text = 'select id from tenants';
      expect((await askAs(role, ours.tenant, text)).rows).toEqual([{ id: ours.tenant }]);
      const other = 'select id from tenants where id = $1';
      expect((await askAs(role, ours.tenant, other, [theirs.tenant])).rows).toEqual([]);
    },
  );

  test.each(['tenure_api', 'tenure_worker'] as const)(
    'without a tenant in the setting are an error for %s, never all rows',
    async (role) => {
      await expect(ask(role, 'select * from tenants')).rejects.toMatchObject({
        code: expect.stringMatching(/42704|22P02/),
      });
    },
  );

  test('the setting ends with its transaction: a pooled connection brings none along', async () => {
    await askAs('tenure_api', ours.tenant, 'select 1');
    await expect(ask('tenure_api', 'select * from tenants')).rejects.toThrow(/uuid|app\.tenant/);
  });

  test('of another tenant cannot be written', async () => {
    const text = 'update operations set state = $2 where id = $1';
    const update = await askAs('tenure_worker', ours.tenant, text, [theirs.id, 'done']);
    expect(update.rowCount).toBe(0);
    const insert = `insert into memberships (tenant, id, state, roles)
      values ($1, gen_random_uuid(), 'active', '{}')`;
    await expect(
      askAs('tenure_worker', ours.tenant, insert, [theirs.tenant]),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test('bind the owner too', async () => {
    expect((await ask('tenure_owner', 'select * from tenants')).rows).toEqual([]);
  });

  test('the worker sees unstarted operations of all, and one operation that it names', async () => {
    await registry.api.operations.markStarted(theirs.id);
    const nobody = '00000000-0000-0000-0000-000000000000';
    const listed = await askAs('tenure_worker', nobody, 'select id from operations');
    expect(listed.rows).toEqual([{ id: ours.id }]);
    const found = await registry.worker.operations.findOperation(theirs.id);
    expect(found?.tenant).toBe(theirs.tenant);
  });

  test('the worker sees of all tenants the invitations that ended unsettled, and no others', async () => {
    const states = ['pending', 'accepted', 'revoked'];
    for (const [at, state] of states.entries())
      await registry.admin.query(
        `insert into invitations (tenant, id, member, email, email_key, roles, state, invited_at)
         values ($1, gen_random_uuid(), gen_random_uuid(), $2, $2, '{}', $3, now())`,
        [at === 1 ? ours.tenant : theirs.tenant, `${state}@example.com`, state],
      );
    await registry.admin.query(
      `insert into invitations (tenant, id, member, email, email_key, roles, state, invited_at,
         settled_at)
       values ($1, gen_random_uuid(), gen_random_uuid(), 'x', 'x', '{}', 'accepted', now(), now())`,
      [theirs.tenant],
    );
    const nobody = '00000000-0000-0000-0000-000000000000';
    const text = 'select state from invitations order by 1';
    const seen = await askAs('tenure_worker', nobody, text);
    expect(seen.rows).toEqual([{ state: 'accepted' }, { state: 'revoked' }]);
    expect((await askAs('tenure_api', nobody, text)).rows).toEqual([]);
  });

  test('the worker cannot list the tenants', async () => {
    expect(await registry.worker.tenants.listTenants({ limit: 10 })).toEqual([]);
  });

  test('the catalog is written on the platform chain only', async () => {
    const insert = `insert into catalog (kind, name, body) values ('role', 'x', '{}')`;
    await expect(askAs('tenure_worker', ours.tenant, insert)).rejects.toMatchObject({
      code: '42501',
    });
  });
});

describe('grants', () => {
  test.each([
    ['tenure_api', 'select * from outbox'],
    ['tenure_api', 'select * from facts'],
    ['tenure_api', 'select * from commits'],
    ['tenure_api', 'select * from audit'],
    ['tenure_api', `update tenants set state = 'active'`],
    ['tenure_api', `update operations set state = 'done'`],
    ['tenure_api', 'delete from secrets'],
    ['tenure_api', 'select * from tenant_heads'],
    ['tenure_api', 'delete from invitations'],
    ['tenure_api', 'update invitations set mailing = 1'],
    ['tenure_api', `update invitations set email = 'eve@example.com'`],
    ['tenure_worker', `update invitations set email = 'eve@example.com'`],
    ['tenure_worker', `update invitations set issuer = 'x'`],
    ['tenure_operator', 'select * from invitations'],
    ['tenure_sequencer', 'select * from invitations'],
    ['tenure_worker', 'select * from outbox'],
    ['tenure_worker', 'delete from outbox'],
    ['tenure_worker', 'select * from facts'],
    ['tenure_worker', `update operations set actor = 'eve'`],
    ['tenure_worker', 'select * from audit'],
    ['tenure_worker', 'update log_head set fence = 0'],
    ['tenure_operator', 'select * from secrets'],
    ['tenure_operator', 'select * from outbox'],
    ['tenure_operator', `update tenants set state = 'archived'`],
    ['tenure_operator', `update operations set input = '{}'`],
    ['tenure_sequencer', 'select * from tenants'],
    ['tenure_sequencer', 'select * from operations'],
    ['tenure_sequencer', 'select * from secrets'],
    ['tenure_sequencer', 'delete from facts'],
    ['tenure_sequencer', `update facts set seq = 1`],
    ['tenure_sequencer', `update outbox set seq = 1`],
  ] as const)('%s may not: %s', async (role, text) => {
    await expect(askAs(role, ours.tenant, text)).rejects.toMatchObject({ code: '42501' });
  });

  test('an operator reads all tenants', async () => {
    const { rows } = await ask('tenure_operator', 'select id from tenants');
    expect(rows).toHaveLength(2);
  });

  test('the API reads back no secret but the invite link', async () => {
    await registry.worker.secrets.put(ours.tenant, 'database-token', 't');
    await registry.worker.secrets.put(ours.tenant, 'invite-link', 'https://link');
    expect(await registry.api.secrets.find(ours.tenant, 'database-token')).toBeUndefined();
    expect(await registry.api.secrets.find(ours.tenant, 'invite-link')).toBe('https://link');
    expect(await registry.api.secrets.find(theirs.tenant, 'invite-link')).toBeUndefined();
  });
});
