import { setTimeout as pause } from 'node:timers/promises';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { DatabaseRole } from '../../drizzle/roles.ts';
import { UUID } from '../../facts/core/formats.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { StoreError } from '../../ports/registry-store.ts';
import { asStoreError, isConnectionLoss, isRepeatable } from './errors.ts';
import { prepareStatements, type Statements } from './statements.ts';

/** Whose rows one transaction sees (`drizzle/policies.ts`). */
export interface Scope {
  /** Default: the platform's, which is no customer's. */
  readonly tenant?: string;
  /** The worker's way to an operation of which it does not know the tenant yet. */
  readonly operation?: string;
  /** Another role than the connection's. */
  readonly role?: DatabaseRole;
  /** Rung after the commit, outside the transaction: inside it halves the commits per second. */
  readonly channel?: string;
}

export interface Session {
  readonly client: pg.PoolClient;
  readonly db: NodePgDatabase;
  readonly statements: Statements;
}

/** Transactions that Postgres broke off are tried so often in all; deadlocks hardly come twice. */
const MAX_TRIES = 5;
const RETRY_PAUSE_MS = 5;

const sessions = new WeakMap<pg.PoolClient, Session>();

/** Runs `work`, which must be repeatable, in one transaction; rejects with `StoreError`. */
export async function inTransaction<T>(
  pool: pg.Pool,
  scope: Scope,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(pool, scope, work);
    } catch (error) {
      if (attempt >= MAX_TRIES || !isRepeatable(error)) throw asStoreError(error);
    }
    await pause(RETRY_PAUSE_MS * attempt);
  }
}

/**
 * From here on the transaction sees the rows of another tenant. Nothing waits for it: statements
 * run in the order of their calls, and should it fail, so do those behind it.
 */
export function focus({ client }: Session, tenant: string): void {
  client
    .query({
      name: 'focus',
      text: `select set_config('app.tenant', $1, true)`,
      values: [tenant],
    })
    .catch(() => undefined);
}

async function once<T>(
  pool: pg.Pool,
  scope: Scope,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let committing = false;
  try {
    const result = await begun(client, scope, work);
    committing = true;
    const [{ command }, usable] = await Promise.all([
      client.query('commit'),
      ring(client, scope.channel),
    ]);
    // Postgres answers COMMIT of a failed transaction with ROLLBACK, and no error.
    if (command !== 'COMMIT') throw new Error('work went on after a failed statement');
    client.release(!usable);
    return result;
  } catch (error) {
    const lost = isConnectionLoss(error);
    client.release(lost || !(await rolledBack(client)));
    if (!committing || !lost) throw error;
    const message = 'The registry database was lost during COMMIT.';
    throw new StoreError('store-unknown', message, { cause: error });
  }
}

/**
 * The first statements of `work` travel with BEGIN: if that fails, Postgres refuses them. Both are
 * waited for, so that nothing of `work` can run on a connection that was given back.
 */
async function begun<T>(
  client: pg.PoolClient,
  scope: Scope,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const [beginning, result] = await Promise.allSettled([
    client.query(beginningOf(scope)),
    work(sessionOf(client)),
  ]);
  if (beginning.status === 'rejected') throw beginning.reason;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** `set_config(…, true)` ends with the transaction, nothing leaks in the pool. */
function beginningOf({ tenant = PLATFORM_TENANT, operation, role }: Scope): string {
  const settings = { tenant, operation: operation ?? PLATFORM_TENANT };
  for (const [name, id] of Object.entries(settings)) {
    if (!UUID.test(id)) throw new TypeError(`${name} is not a UUID`);
  }
  return [
    'begin',
    ...(role === undefined ? [] : [`set local role ${role}`]),
    `select set_config('app.tenant', '${settings.tenant}', true),` +
      ` set_config('app.operation', '${settings.operation}', true)`,
  ].join('; ');
}

function sessionOf(client: pg.PoolClient): Session {
  const known = sessions.get(client);
  if (known !== undefined) return known;
  const db = drizzle(client);
  const session = { client, db, statements: prepareStatements(db) };
  sessions.set(client, session);
  return session;
}

/**
 * Travels with COMMIT and runs after it, in a transaction of its own. A hint only, since the
 * sequencer also polls; false: the connection is not to be used again.
 */
async function ring(client: pg.PoolClient, channel: string | undefined): Promise<boolean> {
  if (channel === undefined) return true;
  return client.query(`notify ${channel}`).then(
    () => true,
    () => false,
  );
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}
