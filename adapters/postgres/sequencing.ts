import type pg from 'pg';
import { runningHash } from '../../facts/crypto/hash.ts';
import { shardOf } from '../../facts/crypto/shard.ts';
import {
  LostLeadershipError,
  type FactSequencing,
  type PlacedFact,
  type SignedFact,
} from '../../ports/fact-log.ts';
import { inTransaction } from './transaction.ts';

type OutboxRow = Pick<PlacedFact, 'id' | 'tenant' | 'seq' | 'payload' | 'leafHash'>;

interface ShardHead {
  readonly shard: number;
  position: number;
  hash: Uint8Array;
}

/**
 * DESIGN 4.4: the rows leave the outbox in the transaction that gives them index and signature, so
 * there is no cursor to get wrong. The row of the log head is the lock of the whole log.
 */
export function sequence(
  pool: pg.Pool,
  fence: number,
  limit: number,
  sign: Parameters<FactSequencing['sequence']>[2],
): Promise<readonly SignedFact[]> {
  return inTransaction(pool, {}, async ({ client }) => {
    const nextIndex = await lockLog(client, fence);
    const rows = await takeOldest(client, limit);
    if (rows.length === 0) return [];
    const heads = await readShardHeads(client, [...new Set(rows.map(shardOfRow))]);
    const placed = place(rows, nextIndex, heads);
    const signed = await sign(placed);
    if (signed.length !== placed.length) throw new Error('not every placed fact was signed');
    await appendToLog(client, signed);
    await moveHeads(client, nextIndex + signed.length, [...heads.values()]);
    return signed;
  });
}

async function lockLog(client: pg.PoolClient, fence: number): Promise<number> {
  const { rows } = await client.query<{ next_index: number; fence: number }>({
    name: 'lock_log',
    text: 'select next_index, fence from log_head for update',
  });
  const head = rows[0];
  if (head === undefined) throw new Error('log_head has no row');
  if (head.fence !== fence) {
    throw new LostLeadershipError(`the log is led by fence ${head.fence}, not ${fence}`);
  }
  return head.next_index;
}

async function takeOldest(client: pg.PoolClient, limit: number): Promise<OutboxRow[]> {
  const { rows } = await client.query<OutboxRow>({
    name: 'take_oldest',
    text: `with taken as (
             delete from outbox where id in (select id from outbox order by id limit $1)
             returning fact, tenant, seq, payload, leaf_hash
           )
           select fact as id, tenant, seq, payload, leaf_hash as "leafHash" from taken
           order by tenant, seq`,
    values: [limit],
  });
  return rows;
}

async function readShardHeads(
  client: pg.PoolClient,
  shards: readonly number[],
): Promise<Map<number, ShardHead>> {
  const { rows } = await client.query<ShardHead>({
    name: 'read_shard_heads',
    text: 'select shard, position, hash from shard_heads where shard = any($1::smallint[])',
    values: [shards],
  });
  return new Map(rows.map((head) => [head.shard, head]));
}

/** Ordered by (tenant, seq) already; moves `heads` on to the last fact of each shard. */
function place(
  rows: readonly OutboxRow[],
  nextIndex: number,
  heads: ReadonlyMap<number, ShardHead>,
): PlacedFact[] {
  return rows.map((row, at) => {
    const shard = shardOfRow(row);
    const head = heads.get(shard);
    if (head === undefined) throw new Error(`shard ${shard} has no head`);
    head.position += 1;
    head.hash = runningHash(head.hash, row.leafHash);
    return { ...row, index: nextIndex + at, shard, position: head.position };
  });
}

function shardOfRow({ tenant }: OutboxRow): number {
  return shardOf(tenant);
}

async function appendToLog(client: pg.PoolClient, facts: readonly SignedFact[]): Promise<void> {
  const bytesOf = (name: 'payload' | 'leafHash' | 'signature') =>
    facts.map((fact) => Buffer.from(fact[name]));
  await client.query({
    name: 'append_to_log',
    text: `insert into facts ("index", shard, "position", tenant, seq, id, payload, leaf_hash,
             key_id, signature)
           select * from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::uuid[],
             $5::bigint[], $6::uuid[], $7::bytea[], $8::bytea[], $9::text[], $10::bytea[])`,
    values: [
      facts.map(({ index }) => index),
      facts.map(({ shard }) => shard),
      facts.map(({ position }) => position),
      facts.map(({ tenant }) => tenant),
      facts.map(({ seq }) => seq),
      facts.map(({ id }) => id),
      bytesOf('payload'),
      bytesOf('leafHash'),
      facts.map(({ keyId }) => keyId),
      bytesOf('signature'),
    ],
  });
}

async function moveHeads(
  client: pg.PoolClient,
  nextIndex: number,
  heads: readonly ShardHead[],
): Promise<void> {
  await client.query({
    name: 'move_log',
    text: 'update log_head set next_index = $1',
    values: [nextIndex],
  });
  await client.query({
    name: 'move_shards',
    text: `update shard_heads set position = moved.position, hash = moved.hash
           from unnest($1::smallint[], $2::bigint[], $3::bytea[]) as moved (shard, position, hash)
           where shard_heads.shard = moved.shard`,
    values: [
      heads.map(({ shard }) => shard),
      heads.map(({ position }) => position),
      heads.map(({ hash }) => Buffer.from(hash)),
    ],
  });
}
