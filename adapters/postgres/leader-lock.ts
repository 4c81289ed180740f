import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { LeaderLock, Leadership } from '../../ports/fact-log.ts';
import { LEADER_LOCK } from './advisory-locks.ts';
import { asStoreError } from './errors.ts';
import { STARTED_MS } from './fence.ts';
import { connectionConfig } from './pool.ts';

/** Postgres ends the session of a leader that is silent so long, e.g. stopped by a signal. */
const SILENCE_MS = 2_000;
/** Three of them may be late before the session ends. */
const PING_EVERY_MS = 500;
/** How often a standby asks; also what keeps its own session alive. */
const ASK_EVERY_MS = 250;
/** So many without an answer: the connection is dead, and Postgres has let another one lead. */
const MAX_UNANSWERED_PINGS = SILENCE_MS / PING_EVERY_MS;

export function createLeaderLock({ databaseUrl }: { readonly databaseUrl: string }): LeaderLock {
  return {
    acquire: async (signal) => {
      const client = await openSession(databaseUrl).catch((error: unknown) => {
        throw asStoreError(error);
      });
      try {
        while (!(await tryLock(client))) await pause(ASK_EVERY_MS, undefined, { signal });
        signal.throwIfAborted();
        return lead(client, await raiseFence(client));
      } catch (error) {
        await client.end();
        throw asStoreError(error);
      }
    },
  };
}

async function openSession(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client(connectionConfig(databaseUrl, 'tenure_sequencer'));
  client.on('error', () => undefined); // 'end' follows
  await client.connect();
  await client.query(`set idle_session_timeout = ${SILENCE_MS}`);
  return client;
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(
    'select pg_try_advisory_lock($1, $2) as held',
    LEADER_LOCK,
  );
  return rows[0]?.held === true;
}

/** From here on what every earlier leader writes is refused. */
async function raiseFence(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ fence: string }>(
    `update log_head set fence = greatest(fence + 1, ${STARTED_MS}) returning fence`,
  );
  return Number(rows[0]?.fence);
}

function lead(client: pg.Client, fence: number): Leadership {
  const over = Promise.withResolvers<void>();
  let unanswered = 0;
  const leave = () => {
    clearInterval(pinging);
    over.resolve();
  };
  const pinging = setInterval(() => {
    if (unanswered >= MAX_UNANSWERED_PINGS) leave();
    unanswered += 1;
    client.query('select 1').then(() => (unanswered = 0), leave);
  }, PING_EVERY_MS);
  client.once('end', leave);
  return {
    fence,
    lost: over.promise,
    resign: async () => {
      leave();
      await client.end();
    },
  };
}
