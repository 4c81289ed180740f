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
import { asStoreError } from './errors.ts';
import { columnsOf, FACT_COLUMNS } from './fact-columns.ts';
import { STARTED_MS } from './fence.ts';

interface LogHead {
  readonly fence: number;
  readonly startedMs: number;
  readonly nextIndex: number;
  readonly keySet: number;
  readonly epoch: number;
}

/** An outbox row beside what its place depends on, so that one statement reads it all. */
interface WaitingRow {
  readonly id: string;
  readonly tenant: string;
  readonly seq: number;
  readonly payload: Uint8Array;
  readonly leafHash: Uint8Array;
  /** Of the tenant's last signed fact. */
  readonly headSeq: number | null;
  readonly headHash: Uint8Array | null;
  readonly shardPosition: number;
  readonly shardHash: Uint8Array;
}

interface ShardHead {
  position: number;
  hash: Uint8Array;
}

/** Waiting facts in their places, and where the log and its shards stand behind them. */
interface Batch {
  readonly facts: readonly PlacedFact[];
  readonly nextIndex: number;
  readonly keySet: number;
  readonly shards: ReadonlyMap<number, ShardHead>;
}

/**
 * DESIGN 4.4 in two statements. The first only reads, so that nothing is locked while a signer
 * (perhaps a remote one) works. The second is the transaction: it moves the head of the log from
 * the very place that was read, and with it the rows; when another leader or another key set came
 * in between, it finds no such head and does nothing, and all is read anew.
 */
export async function sequence(
  pool: pg.Pool,
  fence: number,
  limit: number,
  sign: SignBatch,
): Promise<readonly SignedFact[]> {
  for (;;) {
    const { head, rows } = await readOldest(pool, limit);
    if (head.fence !== fence || fence < head.startedMs)
      throw new LostLeadershipError(`the log is led by fence ${head.fence}, not ${fence}`);
    if (rows.length === 0) return [];
    const batch = place(rows, head);
    const { keySet, epoch } = head;
    const signed = await sign(batch.facts, { keySet, epoch, heads: signedHeadsOf(rows) });
    if (signed.length !== rows.length) throw new Error('not every placed fact was signed');
    if (await moveToLog(pool, fence, signed, batch)) return signed;
  }
}

/** The oldest, ordered by (tenant, seq). The shard by the rule of `facts/crypto/shard.ts`. */
async function readOldest(
  pool: pg.Pool,
  limit: number,
): Promise<{ readonly head: LogHead; readonly rows: readonly WaitingRow[] }> {
  // Without any waiting fact there is one row still: the head, and nothing beside it.
  const { rows } = await query<LogHead & (WaitingRow | { readonly id: null })>(pool, {
    name: 'read_oldest',
    text: `select log_head.fence, ${STARTED_MS} as "startedMs", log_head.next_index as "nextIndex", log_head.key_set as "keySet",
             log_head.epoch,
             waiting.fact as id, waiting.tenant, waiting.seq, waiting.payload,
             waiting.leaf_hash as "leafHash", last.seq as "headSeq", last.leaf_hash as "headHash",
             shard_heads.position as "shardPosition", shard_heads.hash as "shardHash"
           from log_head
           left join (select * from outbox order by id limit $1) as waiting on true
           left join shard_heads
             on shard_heads.shard = get_byte(sha256(uuid_send(waiting.tenant)), 0)
           left join lateral (
             select seq, leaf_hash from facts where facts.tenant = waiting.tenant
             order by seq desc limit 1
           ) as last on true
           order by waiting.tenant, waiting.seq`,
    values: [limit],
  });
  const [head] = rows;
  if (head === undefined) throw new Error('log_head has no row');
  return { head, rows: rows.filter((row) => row.id !== null) };
}

function signedHeadsOf(rows: readonly WaitingRow[]): SignedHeads {
  const heads = new Map<string, { seq: number; hash: Uint8Array }>();
  for (const { tenant, headSeq, headHash } of rows)
    if (headSeq !== null && headHash !== null) heads.set(tenant, { seq: headSeq, hash: headHash });
  return heads;
}

function place(rows: readonly WaitingRow[], { nextIndex, keySet }: LogHead): Batch {
  const shards = new Map<number, ShardHead>();
  const facts = rows.map(({ id, tenant, seq, payload, leafHash, ...row }, at): PlacedFact => {
    const shard = shardOf(tenant);
    const before = shards.get(shard) ?? { position: row.shardPosition, hash: row.shardHash };
    const position = before.position + 1;
    shards.set(shard, { position, hash: runningHash(before.hash, leafHash) });
    return { id, tenant, seq, payload, leafHash, index: nextIndex + at, shard, position };
  });
  return { facts, nextIndex, keySet, shards };
}

/** False, and nothing done: without the head at its place no part of the statement has a row. */
async function moveToLog(
  pool: pg.Pool,
  fence: number,
  facts: readonly SignedFact[],
  { nextIndex, keySet, shards }: Batch,
): Promise<boolean> {
  const { rowCount } = await query(pool, {
    name: 'move_to_log',
    text: `with head as (
             update log_head set next_index = $2 + cardinality($7::uuid[])
             where fence = $1 and fence >= ${STARTED_MS} and next_index = $2 and key_set = $3
             returning next_index
           ), taken as (
             delete from outbox using head where outbox.fact = any($7)
           ), moved as (
             update shard_heads set position = behind.position, hash = behind.hash
             from head, unnest($4::smallint[], $5::bigint[], $6::bytea[])
               as behind (shard, position, hash)
             where shard_heads.shard = behind.shard
           )
           insert into facts (${FACT_COLUMNS})
           select fact.* from head, unnest($7, $8::bigint[], $9::smallint[], $10::bigint[],
             $11::uuid[], $12::bigint[], $13::bytea[], $14::bytea[], $15::text[], $16::bytea[])
             as fact`,
    values: [
      fence,
      nextIndex,
      keySet,
      [...shards.keys()],
      [...shards.values()].map(({ position }) => position),
      [...shards.values()].map(({ hash }) => Buffer.from(hash)),
      ...columnsOf(facts),
    ],
  });
  return rowCount === facts.length;
}

async function query<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  config: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  try {
    return await pool.query<Row>(config);
  } catch (error) {
    throw asStoreError(error);
  }
}
