/**
 * The statements that make what facts are kept in, in their order; each leaves alone what is there,
 * so that an operator may make `fact_rows` beforehand, replicated or partitioned, with this key and
 * these two arguments of the engine.
 *
 * `fact_rows` is written by inserts alone. Of rows with one (shard, position) ClickHouse keeps, and
 * FINAL shows, the one of the highest generation, and none when that one is `gone`: a repeated
 * insert is harmless, and a shard is replaced by rows of the next generation. Nobody but the sink
 * reads it; `facts` and `state` are for people.
 */
export const schemaOf = (database: string): readonly string[] => [
  `CREATE DATABASE IF NOT EXISTS ${database}`,
  `CREATE TABLE IF NOT EXISTS ${database}.fact_rows (
    shard UInt8,
    position UInt64,
    "index" UInt64,
    epoch UInt32,
    tenant UUID,
    seq UInt64,
    id UUID,
    kind LowCardinality(String),
    subject String,
    op LowCardinality(String),
    at DateTime64(3, 'UTC'),
    operation UUID,
    actor String,
    body String,
    void Bool,
    payload String,
    leaf_hash String,
    key_id LowCardinality(String),
    signature String,
    hash String,
    generation UInt32,
    gone UInt8
  ) ENGINE = ReplacingMergeTree(generation, gone) ORDER BY (shard, position)`,
  `CREATE VIEW IF NOT EXISTS ${database}.facts AS
    SELECT * EXCEPT (generation, gone) FROM ${database}.fact_rows FINAL`,
  // The fold of facts-v1: the last assertion of each subject, without those that were retracted.
  `CREATE VIEW IF NOT EXISTS ${database}.state AS
    SELECT tenant, kind, subject, max(facts.seq) AS seq,
      argMax(facts.at, facts.seq) AS at, argMax(facts.operation, facts.seq) AS operation,
      argMax(facts.actor, facts.seq) AS actor, argMax(facts.body, facts.seq) AS body
    FROM ${database}.facts AS facts WHERE NOT void
    GROUP BY tenant, kind, subject HAVING argMax(facts.op, facts.seq) = 'assert'`,
];

/** The last position of each shard before its first gap, with the hash and the void facts there. */
export const standingOf = (database: string): string => `
  SELECT shard, max(position) AS last, argMax(hash, position) AS head, countIf(void) AS voids
  FROM (
    SELECT shard, position, hash, void,
      row_number() OVER (PARTITION BY shard ORDER BY position) AS nth
    FROM ${database}.facts
  )
  WHERE position = nth GROUP BY shard`;

/** What was ever written of each shard, what is gone included. */
export const writtenOf = (database: string): string => `
  SELECT shard, max(position) AS last, max(generation) AS generation
  FROM ${database}.fact_rows GROUP BY shard`;
