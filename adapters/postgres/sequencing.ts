import type pg from 'pg';
import { runningHash } from '../../facts/crypto/hash.ts';
import { shardOf } from '../../facts/crypto/shard.ts';
import {
  LostLeadershipError,
  type PlacedFact,
  type SignBatch,
  type SignedFact,
  type SignedHeads,
} from '../../ports/fact-log.ts';
import { inTransaction } from './transaction.ts';

type OutboxRow = Pick<PlacedFact, 'id' | 'tenant' | 'seq' | 'payload' | 'leafHash'>;

/** An outbox row beside what its place depends on, so that one statement reads it all. */
interface TakenRow extends OutboxRow {
  readonly headSeq: number | null;
  readonly headHash: Uint8Array | null;
  readonly shard: number;
  readonly shardPosition: number;
  readonly shardHash: Uint8Array;
}

interface ShardHead {
  readonly shard: number;
  position: number;
  hash: Uint8Array;
}

/**
 * DESIGN 4.4: the rows leave the outbox in the transaction that gives them index and signature, so
 * there is no cursor to get wrong. The row of the log head is the lock of the whole log. Statements
 * that do not need each other's answer travel together: three round trips in all.
 */
export function sequence(
  pool: pg.Pool,
  fence: number,
  limit: number,
  sign: SignBatch,
): Promise<readonly SignedFact[]> {
  return inTransaction(pool, {}, async ({ client }) => {
    const [nextIndex, rows] = await Promise.all([
      lockLog(client, fence),
      takeOldest(client, limit),
    ]);
    if (rows.length === 0) return [];
    const heads = shardHeadsOf(rows);
    const placed = place(rows, nextIndex, heads);
    const signed = await sign(placed, signedHeadsOf(rows));
    if (signed.length !== placed.length) throw new Error('not every placed fact was signed');
    await Promise.all([
      appendToLog(client, signed),
      moveHeads(client, nextIndex + signed.length, [...heads.values()]),
    ]);
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

/** The shard by the rule of `facts/crypto/shard.ts`: the first byte of SHA-256 over the UUID. */
async function takeOldest(client: pg.PoolClient, limit: number): Promise<TakenRow[]> {
  const { rows } = await client.query<TakenRow>({
    name: 'take_oldest',
    text: `with taken as (
             delete from outbox where id in (select id from outbox order by id limit $1)
             returning fact, tenant, seq, payload, leaf_hash
           )
           select taken.fact as id, taken.tenant, taken.seq, taken.payload,
             taken.leaf_hash as "leafHash", head.seq as "headSeq", head.leaf_hash as "headHash",
             shard_heads.shard, shard_heads.position as "shardPosition",
             shard_heads.hash as "shardHash"
           from taken
           join shard_heads on shard_heads.shard = get_byte(sha256(uuid_send(taken.tenant)), 0)
           left join lateral (
             select seq, leaf_hash from facts where facts.tenant = taken.tenant
             order by seq desc limit 1
           ) as head on true
           order by taken.tenant, taken.seq`,
    values: [limit],
  });
  return rows;
}

function signedHeadsOf(rows: readonly TakenRow[]): SignedHeads {
  const heads = new Map<string, { seq: number; hash: Uint8Array }>();
  for (const { tenant, headSeq, headHash } of rows)
    if (headSeq !== null && headHash !== null) heads.set(tenant, { seq: headSeq, hash: headHash });
  return heads;
}

function shardHeadsOf(rows: readonly TakenRow[]): Map<number, ShardHead> {
  return new Map(
    rows.map(({ shard, shardPosition: position, shardHash: hash }) => [
      shard,
      { shard, position, hash },
    ]),
  );
}

/** Ordered by (tenant, seq) already; moves `heads` on to the last fact of each shard. */
function place(
  rows: readonly OutboxRow[],
  nextIndex: number,
  heads: ReadonlyMap<number, ShardHead>,
): PlacedFact[] {
  return rows.map(({ id, tenant, seq, payload, leafHash }, at) => {
    const shard = shardOf(tenant);
    const head = heads.get(shard);
    if (head === undefined) throw new Error(`shard ${shard} has no head`);
    head.position += 1;
    head.hash = runningHash(head.hash, leafHash);
    const { position } = head;
    return { id, tenant, seq, payload, leafHash, index: nextIndex + at, shard, position };
  });
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
  const log = client.query({
    name: 'move_log',
    text: 'update log_head set next_index = $1',
    values: [nextIndex],
  });
  const shards = client.query({
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
  await Promise.all([log, shards]);
}
