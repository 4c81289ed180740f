import type pg from 'pg';
import type { ClickHouse } from '../clickhouse.ts';

/** A fact as both stores have it; everything as text. */
export type FactRow = Record<string, string>;

interface LogRow {
  readonly payload: Buffer;
  readonly leaf_hash: Buffer;
  readonly signature: Buffer;
  readonly [column: string]: unknown;
}

/** The log as Postgres holds it, with what its payloads say. */
export async function postgresRows(admin: pg.Pool): Promise<FactRow[]> {
  const { rows } = await admin.query<LogRow>(
    `select shard::text, position::text, index::text, tenant, seq::text, id, key_id,
       payload, leaf_hash, signature
     from facts order by facts.index`,
  );
  return rows.map(({ payload, leaf_hash, signature, ...columns }) => {
    const fact = JSON.parse(payload.toString()) as PayloadText;
    return {
      ...(columns as FactRow),
      payload: payload.toString(),
      leaf_hash: leaf_hash.toString('hex'),
      signature: signature.toString('base64'),
      epoch: String(fact.epoch),
      kind: fact.kind,
      subject: fact.subject,
      op: fact.op,
      at: fact.at.replace('T', ' ').replace('Z', ''),
      operation: fact.cause.operation,
      actor: fact.cause.actor,
      body: JSON.stringify(fact.body),
      void: 'false',
    };
  });
}

interface PayloadText {
  readonly epoch: number;
  readonly kind: string;
  readonly subject: string;
  readonly op: string;
  readonly at: string;
  readonly cause: { readonly operation: string; readonly actor: string };
  readonly body: unknown;
}

const COLUMNS = [
  ...['shard', 'position', 'index', 'tenant', 'seq', 'id', 'key_id'],
  ...['payload', 'leaf_hash', 'signature', 'epoch', 'kind', 'subject', 'op', 'at'],
  ...['operation', 'actor', 'body', 'void'],
];

/** All that the sink's view of the facts shows. */
export function clickhouseRows(tables: ClickHouse): Promise<FactRow[]> {
  const columns = COLUMNS.map((name) => `toString(facts.${name}) AS ${name}`).join(', ');
  const from = `${tables.database}.facts AS facts ORDER BY facts.index, facts.position`;
  return tables.select(`SELECT ${columns} FROM ${from}`);
}
