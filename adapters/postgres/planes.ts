import { and, asc, desc, eq, gt, gte, lt, not, sql } from 'drizzle-orm';
import type pg from 'pg';
import { planeReceipts } from '../../drizzle/schema/plane-receipts.ts';
import { planes } from '../../drizzle/schema/planes.ts';
import { fromHex, toHex } from '../../facts/core/bytes.ts';
import { formatShards, parseShards } from '../../facts/log/receipt.ts';
import type { Coverage, KnownPlane, PlacedAt, Plane } from '../../ports/plane-store.ts';
import type { PlaneReceipt, PlaneStore } from '../../ports/plane-store.ts';
import { inTransaction, type Session } from './transaction.ts';

const BYTE_BITS = 8;

type Db = Session['db'];
type ReceiptRow = typeof planeReceipts.$inferSelect;

/** As an operator: planes are of no tenant. */
export function planeStore(pool: pg.Pool): PlaneStore {
  return {
    addPlane: (plane) => inTransaction(pool, {}, ({ db }) => addPlane(db, plane)),
    listPlanes: () => inTransaction(pool, {}, ({ db }) => listPlanes(db)),
    removePlane: (name) =>
      inTransaction(pool, {}, async ({ db }) => {
        const removed = await db.delete(planes).where(eq(planes.name, name));
        return removed.rowCount === 1;
      }),
    takeReceipt: (name, open, keptFromMs) =>
      inTransaction(pool, {}, async ({ db }) => {
        const plane = await holdPlane(db, name);
        if (plane === undefined) return false;
        const receipt = open(plane, await newestOf(db, name));
        await forgetBefore(db, name, keptFromMs);
        await db.insert(planeReceipts).values({ ...rowOf(receipt), plane: name });
        return true;
      }),
    coverageOf: (fact) => inTransaction(pool, {}, ({ db }) => coverageOf(db, fact)),
  };
}

async function addPlane(db: Db, { name, key, addedAtMs }: Plane): Promise<boolean> {
  const row = { name, key, addedAt: new Date(addedAtMs) };
  await db.insert(planes).values(row).onConflictDoNothing();
  const [kept] = await db.select().from(planes).where(eq(planes.name, name));
  return kept?.key === key;
}

async function listPlanes(db: Db): Promise<KnownPlane[]> {
  const rows = await db.select().from(planes).orderBy(asc(planes.name));
  const known: KnownPlane[] = [];
  for (const row of rows) known.push({ ...planeOf(row), newest: await newestOf(db, row.name) });
  return known;
}

/** Locked: its receipts are compared one after the other. */
async function holdPlane(db: Db, name: string): Promise<Plane | undefined> {
  const [row] = await db.select().from(planes).where(eq(planes.name, name)).for('update');
  return row === undefined ? undefined : planeOf(row);
}

async function newestOf(db: Db, name: string): Promise<PlaneReceipt | undefined> {
  const [row] = await db
    .select()
    .from(planeReceipts)
    .where(eq(planeReceipts.plane, name))
    .orderBy(desc(planeReceipts.at))
    .limit(1);
  return row === undefined ? undefined : receiptOf(row);
}

/** Called before a newer one is added, so that the newest always stays. */
async function forgetBefore(db: Db, name: string, ms: number): Promise<void> {
  const isOld = lt(planeReceipts.at, new Date(ms));
  await db.delete(planeReceipts).where(and(eq(planeReceipts.plane, name), isOld));
}

async function coverageOf(db: Db, fact: PlacedAt): Promise<Coverage[]> {
  const covered: Coverage[] = [];
  for (const plane of await listPlanes(db)) {
    covered.push({ ...plane, firstAtMs: await firstCovering(db, plane.name, fact) });
  }
  return covered;
}

/** Since when all its receipts cover the fact: a plane that was restored may have lost it again. */
async function firstCovering(db: Db, name: string, fact: PlacedAt): Promise<number | undefined> {
  const { epoch, index, shard } = fact;
  const isOfPlane = eq(planeReceipts.plane, name);
  const covers = and(
    gte(planeReceipts.epoch, epoch),
    gt(planeReceipts.size, index),
    sql`get_bit(${planeReceipts.shards}, ${bitOf(shard)}) = 1`,
  );
  const [behind] = await db
    .select({ at: planeReceipts.at })
    .from(planeReceipts)
    .where(and(isOfPlane, not(covers ?? sql`true`)))
    .orderBy(desc(planeReceipts.at))
    .limit(1);
  const [first] = await db
    .select({ at: planeReceipts.at })
    .from(planeReceipts)
    .where(and(isOfPlane, behind && gt(planeReceipts.at, behind.at)))
    .orderBy(asc(planeReceipts.at))
    .limit(1);
  return first?.at.getTime();
}

/** Postgres counts the bits of a byte from the right. */
function bitOf(shard: number): number {
  return shard - (shard % BYTE_BITS) + (BYTE_BITS - 1 - (shard % BYTE_BITS));
}

function planeOf({ name, key, addedAt }: typeof planes.$inferSelect): Plane {
  return { name, key, addedAtMs: addedAt.getTime() };
}

function receiptOf({ at, epoch, size, shards }: ReceiptRow): PlaneReceipt {
  return { atMs: at.getTime(), epoch, size, shards: parseShards(toHex(shards)) ?? [] };
}

function rowOf({ atMs, epoch, size, shards }: PlaneReceipt): Omit<ReceiptRow, 'plane'> {
  const bits = fromHex(formatShards(shards)) ?? new Uint8Array();
  return { at: new Date(atMs), epoch, size, shards: bits };
}
