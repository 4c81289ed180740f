import { createHash } from 'node:crypto';
import pg from 'pg';

/*
 * The rows of many tenants, by SQL alone: a tenant, its head, its admin, its entitlement, and the
 * operation, commit, audit, idempotency key and fact that a provisioning leaves. Ids are hashes of
 * the tenant's number, so that they lie in the indexes as true ones do. No fact is signed: nothing
 * that is measured verifies one again.
 */

const numbered = (tenants: number): string => `create unlogged table numbered as
  select n, md5('tenant' || n)::uuid as tenant, md5('operation' || n)::uuid as operation,
    md5('fact' || n)::uuid as fact, sha256(('fact' || n)::bytea) as leaf,
    timestamptz '2026-01-01Z' + n * interval '1 second' as at
  from generate_series(1, ${tenants}) as n`;

const SHARD = 'get_byte(sha256(uuid_send(tenant)), 0)';

const FILL = [
  `insert into tenants (id, slug, host, display_name, state, isolation, plan, demo, issuer,
     created_at)
   select tenant, 't' || n, 't' || n || '.tenants.example', 'Tenant ' || n, 'active', 'pool',
     'free', false, 'https://id.example/realms/pool', at from numbered`,
  'insert into tenant_heads (tenant, seq, hash) select tenant, 1, leaf from numbered',
  `insert into memberships (tenant, id, state, issuer, sub, roles)
   select tenant, md5('member' || n)::uuid, 'active', 'https://id.example/realms/pool',
     'sub-' || n, '{tenant-admin}' from numbered`,
  `insert into entitlements (tenant, product, plan, limits)
   select tenant, 'crm', 'free', '{"seats": 5}' from numbered`,
  `insert into operations (id, kind, tenant, actor, input, state, steps, holds_lock, accepted_at,
     ended_at)
   select operation, 'provisionTenant', tenant, 'bench', '{}', 'done', '[]', false, at, at
   from numbered`,
  `insert into commits (operation, step, tenant, command_hash, facts)
   select operation, 'activate', tenant, encode(leaf, 'hex'),
     jsonb_build_array(jsonb_build_object('id', fact, 'tenant', tenant, 'seq', 1)) from numbered`,
  `insert into audit (tenant, operation, actor, action, target, detail, at)
   select tenant, operation, 'bench', 'tenant.activated', 'tenant:' || tenant, '{}', at
   from numbered`,
  `insert into idempotency_keys (caller, route, key, request_hash, operation, operation_tenant,
     created_at)
   select 'bench', 'createTenant', 'key-' || n, 'bench', operation, tenant, at
   from numbered`,
  `insert into facts (index, shard, position, tenant, seq, id, payload, leaf_hash, key_id,
     signature)
   select n - 1, ${SHARD}, row_number() over (partition by ${SHARD} order by n), tenant, 1, fact,
     convert_to(repeat(md5('payload' || n), 13), 'UTF8'), leaf, 'bench', leaf || leaf
   from numbered`,
  `update shard_heads set position = filled.position, hash = sha256('')
   from (select shard, max(position) as position from facts group by shard) as filled
   where filled.shard = shard_heads.shard`,
  'update log_head set next_index = (select count(*) from facts)',
  `insert into catalog (kind, name, body) values ('plan', 'free', '{"entitlements": []}')`,
];

/** The same ids in TypeScript. */
export const idOf = (what: 'tenant' | 'operation' | 'fact', n: number): string =>
  createHash('md5')
    .update(`${what}${n}`)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Of a tenant's row. */
export const createdAtMsOf = (n: number): number => Date.UTC(2026, 0, 1) + n * 1_000;

/** Into a migrated database, as superuser. */
export async function loadTenants(databaseUrl: string, tenants: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // Foreign keys hold by construction.
    await client.query('set session_replication_role = replica');
    await client.query(numbered(tenants));
    for (const statement of FILL) await client.query(statement);
    await client.query('drop table numbered');
    // As autovacuum leaves it after a while, so that neither runs while it is measured.
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}
