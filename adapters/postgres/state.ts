import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { asc, gte, inArray, sql } from 'drizzle-orm';
import type pg from 'pg';
import { facts } from '../../drizzle/schema/facts.ts';
import { stateNodes } from '../../drizzle/schema/state-nodes.ts';
import type { StateKeeping, StateNode, StateReading, StateRound } from '../../ports/state-store.ts';
import { saveNote } from './log.ts';
import { inTransaction } from './transaction.ts';

/** Off the thread that signs. Without flags, as facts-v1 wants it. */
const compress = promisify(gzip);

/** For roles that may only read: what `/v1/log/state` serves. */
export function stateReading(pool: pg.Pool): StateReading {
  return {
    findStateNode: async (hash) => {
      const [row] = await readFiles(pool, [hash]);
      return row?.file;
    },
  };
}

/** For the sequencer. */
export function stateKeeping(pool: pg.Pool): StateKeeping {
  return {
    ...stateReading(pool),
    readLog: (from, limit) =>
      inTransaction(pool, {}, ({ db }) =>
        db
          .select()
          .from(facts)
          .where(gte(facts.index, from))
          .orderBy(asc(facts.index))
          .limit(limit),
      ),
    nextRound: async () => {
      const text = `select greatest(coalesce(max(round), 0) + 1,
                      (extract(epoch from clock_timestamp()) * 1000)::bigint) as round
                    from state_nodes`;
      return (await askRound(pool, text)) ?? 1;
    },
    roundOf: (hash) =>
      askRound(pool, 'select round from state_nodes where hash = $1', [Buffer.from(hash)]),
    readStateNodes: (hashes) => readFiles(pool, hashes),
    addStateNodes: (round, nodes) => addNodes(pool, round, nodes),
    saveState: (fence, note, round) =>
      inTransaction(pool, {}, async ({ client }) => {
        await saveNote(client, fence, 'state', note);
        await drop(client, round);
      }),
    removeDropped: () =>
      inTransaction(pool, {}, async ({ client }) => {
        const anHourAgo = `dropped_at < now() - interval '1 hour'`;
        await client.query(`delete from state_nodes where ${anHourAgo}`);
      }),
  };
}

function readFiles(pool: pg.Pool, hashes: readonly Uint8Array[]) {
  return inTransaction(pool, {}, ({ db }) =>
    db
      .select({ hash: stateNodes.hash, file: stateNodes.file })
      .from(stateNodes)
      .where(inArray(stateNodes.hash, [...hashes])),
  );
}

function askRound(
  pool: pg.Pool,
  text: string,
  values: readonly Buffer[] = [],
): Promise<number | undefined> {
  return inTransaction(pool, {}, async ({ client }) => {
    const { rows } = await client.query<{ round: number }>(text, [...values]);
    return rows[0]?.round;
  });
}

/** One that was dropped, and is needed again, stays. */
async function addNodes(pool: pg.Pool, round: number, nodes: readonly StateNode[]): Promise<void> {
  if (nodes.length === 0) return;
  const rows = await Promise.all(
    nodes.map(async ({ hash, node }) => ({ hash, round, file: await compress(node) })),
  );
  await inTransaction(pool, {}, ({ db }) =>
    db
      .insert(stateNodes)
      .values(rows)
      .onConflictDoUpdate({
        target: stateNodes.hash,
        set: { round: sql`excluded.round`, droppedAt: null },
      }),
  );
}

async function drop(client: pg.ClientBase, { round, after, replaced }: StateRound): Promise<void> {
  await client.query({
    name: 'drop_state_nodes',
    text: `update state_nodes set dropped_at = now()
           where dropped_at is null and (hash = any($1) or (round > $2 and round < $3))`,
    // Every round is above 0.
    values: [replaced.map((hash) => Buffer.from(hash)), after ?? 0, round],
  });
}
