import { Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import pg from 'pg';
import { PortError } from '../../ports/call.ts';
import { toPortError } from './errors.ts';

/** One connection for the time of one call. Rejects with `PortError` of port `tenant-database`. */
export interface Session {
  rows<T>(sql: string, values?: readonly unknown[]): Promise<readonly T[]>;
  /** Statements without values; several are one transaction. */
  change(...statements: readonly string[]): Promise<void>;
}

/**
 * Postgres goes on with a statement whose client left, CREATE DATABASE and waits for locks too.
 * With this it looks so often; it is well below the port's settle time.
 */
const LOOK_FOR_CLIENT_MS = 1_000;

/** Runs `work` on a connection to `databaseUrl` that is cut when `signal` fires. */
export async function inSession<T>(
  databaseUrl: string,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  if (signal.aborted) {
    throw new PortError('tenant-database', 'unavailable', 'the call was stopped before');
  }
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'tenure',
    options: `-c client_connection_check_interval=${LOOK_FOR_CLIENT_MS}`,
    stream: () => addAbortSignal(signal, new Socket()),
  });
  // The query under way rejects; without a listener the event would end the process.
  client.on('error', () => undefined);
  try {
    await orPortError(client.connect(), false);
    return await work(sessionOn(client));
  } finally {
    await client.end().catch(() => undefined);
  }
}

function sessionOn(client: pg.Client): Session {
  return {
    rows: async <T>(sql: string, values: readonly unknown[] = []) => {
      const { rows } = await orPortError(client.query(sql, [...values]), false);
      return rows as T[];
    },
    // One simple query: its statements are one transaction, and CREATE DATABASE may stand alone.
    change: async (...statements) => {
      await orPortError(client.query(statements.join('; ')), true);
    },
  };
}

async function orPortError<T>(answer: Promise<T>, changes: boolean): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw toPortError(error, changes);
  }
}
