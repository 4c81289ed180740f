import pg from 'pg';
import type { DatabaseRole } from '../../drizzle/roles.ts';

export interface PoolOptions {
  /** Its login must be a member of the role. */
  readonly databaseUrl: string;
  readonly role: DatabaseRole;
  readonly maxConnections?: number;
}

const DEFAULT_MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** Postgres gives a statement up; also the longest wait for a head lock. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** We give a silent connection up; after Postgres would have answered that it gave up. */
const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 2_000;
/** A stopped process must not hold a head lock for ever. */
const IDLE_IN_TRANSACTION_MS = 15_000;
/** Nor a stopped leader the log, longer than it leads (`leader-lock.ts`). */
const SEQUENCER_IDLE_IN_TRANSACTION_MS = 2_000;

const INT8_OID = 20;

/** Counts stay below 2^53 (DESIGN 3), so that a number is exact. */
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID && format !== 'binary'
      ? Number
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** Connections that act in `role` from their first statement on. */
export function openPool({ databaseUrl, role, maxConnections }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...connectionConfig(databaseUrl, role),
    max: maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    types,
  });
  // An idle connection that Postgres closed: the pool drops it, and the next query makes another.
  pool.on('error', () => undefined);
  // One in use: its query rejects; without a listener the event would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

export function connectionConfig(databaseUrl: string, role: DatabaseRole): pg.ClientConfig {
  return {
    connectionString: databaseUrl,
    application_name: role,
    options: `-c role=${role}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idle_in_transaction_session_timeout:
      role === 'tenure_sequencer' ? SEQUENCER_IDLE_IN_TRANSACTION_MS : IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    // Statements that do not wait for each other share a round trip; they still run in order.
    pipeline: true,
  };
}
