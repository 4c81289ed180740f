import { and, asc, desc, eq, gte, lt } from 'drizzle-orm';
import type pg from 'pg';
import { facts } from '../../drizzle/schema/facts.ts';
import { keySets } from '../../drizzle/schema/key-sets.ts';
import { logNodes } from '../../drizzle/schema/log-nodes.ts';
import { logNotes } from '../../drizzle/schema/log-notes.ts';
import { TILE_WIDTH } from '../../facts/log/tiles.ts';
import { LostLeadershipError } from '../../ports/fact-log.ts';
import type {
  Incarnation,
  LogHeads,
  LogKeeping,
  LogNoteKind,
  LogReading,
  TilePlace,
  TreeNode,
} from '../../ports/log-store.ts';
import { INCARNATION, STARTED_MS } from './fence.ts';
import { inTransaction, type Session } from './transaction.ts';

/** For roles that may only read: what `/v1/log` serves. */
export function logReading(pool: pg.Pool): LogReading {
  return {
    findKeySet: (version) => inTransaction(pool, {}, ({ db }) => findKeySet(db, version)),
    findNewestKeySet: () =>
      inTransaction(pool, {}, async ({ db }) => {
        const [row] = await db.select().from(keySets).orderBy(desc(keySets.version)).limit(1);
        return row?.note;
      }),
    findNote: (kind) =>
      inTransaction(pool, {}, async ({ db }) => {
        const [row] = await db.select().from(logNotes).where(eq(logNotes.kind, kind));
        return row?.note;
      }),
    readTile: (place) => inTransaction(pool, {}, ({ db }) => readTile(db, place)),
    readPayloads: (index, width) =>
      inTransaction(pool, {}, async ({ db }) => {
        const rows = await db
          .select({ payload: facts.payload })
          .from(facts)
          .where(behindTile(index, width))
          .orderBy(asc(facts.index));
        return rows.map(({ payload }) => payload);
      }),
  };
}

/** For the sequencer. */
export function logKeeping(pool: pg.Pool): LogKeeping {
  return {
    ...logReading(pool),
    heads: () => inTransaction(pool, {}, ({ client }) => readHeads(client)),
    incarnation: () => inTransaction(pool, {}, ({ client }) => readIncarnation(client)),
    approve: (fence, name) => inTransaction(pool, {}, ({ client }) => approve(client, fence, name)),
    addNodes: (nodes) => inTransaction(pool, {}, ({ db }) => addNodes(db, nodes)),
    saveNote: (fence, kind, note) =>
      inTransaction(pool, {}, ({ client }) => saveNote(client, fence, kind, note)),
  };
}

export async function findKeySet(db: Session['db'], version: number): Promise<string | undefined> {
  const [row] = await db.select().from(keySets).where(eq(keySets.version, version));
  return row?.note;
}

function behindTile(index: number, width: number) {
  const first = index * TILE_WIDTH;
  return and(gte(facts.index, first), lt(facts.index, first + width));
}

async function readTile(
  db: Session['db'],
  { level, index, width }: TilePlace,
): Promise<Uint8Array[]> {
  const first = index * TILE_WIDTH;
  const rows =
    level === 0
      ? await db
          .select({ hash: facts.leafHash })
          .from(facts)
          .where(behindTile(index, width))
          .orderBy(asc(facts.index))
      : await db
          .select({ hash: logNodes.hash })
          .from(logNodes)
          .where(
            and(
              eq(logNodes.level, level),
              gte(logNodes.index, first),
              lt(logNodes.index, first + width),
            ),
          )
          .orderBy(asc(logNodes.index));
  return rows.map(({ hash }) => hash);
}

/** One statement, so that all heads are those of one moment. */
async function readHeads(client: pg.ClientBase): Promise<LogHeads> {
  const { rows } = await client.query<{
    nextIndex: number;
    keySet: number;
    count: number;
    hash: Uint8Array;
  }>({
    name: 'read_heads',
    text: `select log_head.next_index as "nextIndex", log_head.key_set as "keySet",
             shard_heads.position as count, shard_heads.hash
           from log_head cross join shard_heads order by shard_heads.shard`,
  });
  const [first] = rows;
  if (first === undefined) throw new Error('log_head has no row');
  const { nextIndex, keySet } = first;
  return { nextIndex, keySet, shards: rows.map(({ count, hash }) => ({ count, hash })) };
}

async function readIncarnation(client: pg.ClientBase): Promise<Incarnation> {
  const { rows } = await client.query<Incarnation>(
    `select ${INCARNATION} as name, incarnation = ${INCARNATION} as "isApproved" from log_head`,
  );
  if (rows[0] === undefined) throw new Error('log_head has no row');
  return rows[0];
}

async function approve(client: pg.ClientBase, fence: number, name: string): Promise<void> {
  const { rowCount } = await client.query({
    text: `update log_head set incarnation = $2 where fence = $1 and fence >= ${STARTED_MS}`,
    values: [fence, name],
  });
  if (rowCount !== 1) throw lost(fence);
}

async function addNodes(db: Session['db'], nodes: readonly TreeNode[]): Promise<void> {
  if (nodes.length === 0) return;
  await db
    .insert(logNodes)
    .values([...nodes])
    .onConflictDoNothing();
}

/** Rejects when another one leads. */
export async function saveNote(
  client: pg.ClientBase,
  fence: number,
  kind: LogNoteKind,
  note: string,
): Promise<void> {
  const { rowCount } = await client.query({
    name: 'save_note',
    // Locked: a leader that comes meanwhile raises the fence after this, and writes after it.
    text: `insert into log_notes (kind, note)
           select $2, $3 from log_head where fence = $1 and fence >= ${STARTED_MS} for share
           on conflict (kind) do update set note = excluded.note`,
    values: [fence, kind, note],
  });
  if (rowCount !== 1) throw lost(fence);
}

function lost(fence: number): LostLeadershipError {
  return new LostLeadershipError(`the log is not led by fence ${fence}`);
}
