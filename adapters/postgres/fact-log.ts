import { and, asc, eq, gte, inArray } from 'drizzle-orm';
import type pg from 'pg';
import { facts } from '../../drizzle/schema/facts.ts';
import { shardHeads } from '../../drizzle/schema/shard-heads.ts';
import type { FactFinding, FactReading, FactSequencing } from '../../ports/fact-log.ts';
import type { LogKeeping, LogReading } from '../../ports/log-store.ts';
import type { PlaneStore } from '../../ports/plane-store.ts';
import type { StateKeeping, StateReading } from '../../ports/state-store.ts';
import { factFinding } from './find-facts.ts';
import { logKeeping, logReading } from './log.ts';
import { planeStore } from './planes.ts';
import { openPool } from './pool.ts';
import { sequence } from './sequencing.ts';
import { stateKeeping, stateReading } from './state.ts';
import { inTransaction } from './transaction.ts';

export interface FactLogOptions {
  readonly databaseUrl: string;
  readonly maxConnections?: number;
}

export interface Closing {
  close(): Promise<void>;
}

/** The sequencer's: role `tenure_sequencer`, fact tables only. */
export function createFactLog(
  options: FactLogOptions,
): FactSequencing & FactReading & LogKeeping & StateKeeping & Closing {
  const pool = openPool({ ...options, role: 'tenure_sequencer' });
  return {
    ...reading(pool),
    ...logKeeping(pool),
    ...stateKeeping(pool),
    sequence: (fence, limit, sign) => sequence(pool, fence, limit, sign),
    close: () => pool.end(),
  };
}

/** Of `/v1/facts`, `/v1/log` and `/v1/planes`: of all tenants, role `tenure_operator`. */
export function createFactReader(
  options: FactLogOptions,
): FactReading & FactFinding & LogReading & StateReading & PlaneStore & Closing {
  const pool = openPool({ ...options, role: 'tenure_operator' });
  return {
    ...reading(pool),
    ...factFinding(pool),
    ...logReading(pool),
    ...stateReading(pool),
    ...planeStore(pool),
    close: () => pool.end(),
  };
}

function reading(pool: pg.Pool): FactReading {
  return {
    readShard: (shard, from, limit) =>
      inTransaction(pool, {}, ({ db }) =>
        db
          .select()
          .from(facts)
          .where(and(eq(facts.shard, shard), gte(facts.position, from)))
          .orderBy(asc(facts.position))
          .limit(limit),
      ),
    shardPositions: () =>
      inTransaction(pool, {}, async ({ db }) => {
        const rows = await db
          .select({ position: shardHeads.position })
          .from(shardHeads)
          .orderBy(asc(shardHeads.shard));
        return rows.map(({ position }) => position);
      }),
    leafOf: (tenant, seq) =>
      inTransaction(pool, {}, async ({ db }) => {
        const isAsked = and(eq(facts.tenant, tenant), eq(facts.seq, seq));
        const [row] = await db.select({ leafHash: facts.leafHash }).from(facts).where(isAsked);
        return row?.leafHash;
      }),
    indexesOf: async (factIds) => {
      if (factIds.length === 0) return new Map();
      const rows = await inTransaction(pool, {}, ({ db }) =>
        db
          .select({ id: facts.id, index: facts.index })
          .from(facts)
          .where(inArray(facts.id, [...factIds])),
      );
      return new Map(rows.map(({ id, index }) => [id, index]));
    },
  };
}
