import type { ClientBase } from 'pg';
import { runningHash } from '../../facts/crypto/hash.ts';
import type { SignedFact, SignedHeads } from '../../ports/fact-log.ts';
import { columnsOf, FACT_COLUMNS } from './fact-columns.ts';

/** Rows of one statement, well within its time limit. */
const BATCH_FACTS = 1_000;

/** In role `tenure_sequencer`. */
export async function readSignedHeads(
  client: ClientBase,
  tenants: readonly string[],
): Promise<SignedHeads> {
  const { rows } = await client.query<{ tenant: string; seq: number; hash: Uint8Array }>(
    `select wanted.tenant, last.seq, last.leaf_hash as hash
     from unnest($1::uuid[]) as wanted (tenant)
     cross join lateral (
       select seq, leaf_hash from facts where facts.tenant = wanted.tenant
       order by seq desc limit 1
     ) as last`,
    [tenants],
  );
  return new Map(rows.map(({ tenant, seq, hash }) => [tenant, { seq, hash }]));
}

/**
 * Facts with all that follows from them: the heads of their shards. The nodes of the tree are made
 * by the next leader from the leaves. In role `tenure_sequencer`.
 */
export async function appendToLog(client: ClientBase, facts: readonly SignedFact[]): Promise<void> {
  for (let at = 0; at < facts.length; at += BATCH_FACTS)
    await insertFacts(client, facts.slice(at, at + BATCH_FACTS));
  for (const [shard, own] of Map.groupBy(facts, (fact) => fact.shard)) {
    const { rows } = await client.query<{ hash: Uint8Array }>(
      'select hash from shard_heads where shard = $1',
      [shard],
    );
    if (rows[0] === undefined) throw new Error(`shard_heads has no row ${shard}`);
    const hash = own.reduce((head, { leafHash }) => runningHash(head, leafHash), rows[0].hash);
    await client.query('update shard_heads set position = $2, hash = $3 where shard = $1', [
      ...[shard, own.at(-1)?.position, Buffer.from(hash)],
    ]);
  }
}

async function insertFacts(client: ClientBase, facts: readonly SignedFact[]): Promise<void> {
  await client.query(
    `insert into facts (${FACT_COLUMNS})
     select * from unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::bigint[], $5::uuid[],
       $6::bigint[], $7::bytea[], $8::bytea[], $9::text[], $10::bytea[])`,
    columnsOf(facts),
  );
}
