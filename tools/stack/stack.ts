import { join } from 'node:path';
import pg from 'pg';
import { migrateUp } from '../../adapters/postgres/migrate.ts';
import { DEV_OPERATOR_TOKEN, DEV_READER_TOKEN } from '../../wiring/config/sections/access.ts';
import * as nats from '../servers/nats.ts';
import * as postgres from '../servers/postgres.ts';
import type { Running } from '../servers/process.ts';
import type { Progress } from '../servers/progress.ts';
import * as temporal from '../servers/temporal.ts';
import { assureLogKeys } from './keys.ts';
import { startRegistryProcess, type RegistryProcess } from './registry-process.ts';

const DATABASE = 'tenure';
export const LOG_ORIGIN = 'tenure.localhost/dev';

export interface Stack {
  readonly postgres: postgres.PostgresServer;
  readonly nats: nats.NatsServer;
  readonly temporal: temporal.TemporalServer;
  readonly api: RegistryProcess;
  readonly worker: RegistryProcess;
  readonly sequencer: RegistryProcess;
  /** Of the registry's database, as superuser. */
  readonly databaseUrl: string;
  readonly log: string;
  /** What data planes trust: the note key of the log's root. */
  readonly rootKey: string;
  readonly operatorToken: string;
  readonly readerToken: string;
  /** For a second sequencer beside the first. */
  readonly sequencerEnvironment: Record<string, string>;
  /** Ends everything, last started first. Again is fine. */
  stop(): Promise<void>;
}

/**
 * The embedded stack: Postgres, NATS, Temporal and the registry's three processes on free ports of
 * 127.0.0.1, with their data in `dir`. `environment` replaces the embedded adapters by real ones.
 */
export async function startStack(options: {
  readonly dir: string;
  readonly progress: Progress;
  readonly environment?: Record<string, string>;
  /** Entry point in the place of the workers' own. */
  readonly worker?: string;
}): Promise<Stack> {
  const started: Running[] = [];
  const keep = <T extends Running>(running: T): T => {
    started.push(running);
    return running;
  };
  const stop = async () => {
    for (const running of started.splice(0).reverse()) await running.stop();
  };
  try {
    return { ...(await startParts(options, keep)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  { dir, progress, environment, worker: entry }: Parameters<typeof startStack>[0],
  keep: <T extends Running>(running: T) => T,
): Promise<Omit<Stack, 'stop'>> {
  const folder = (name: string) => join(dir, name);
  const [postgresPaths, natsPaths, temporalPaths] = [
    await postgres.get(progress),
    await nats.get(progress),
    await temporal.get(progress),
  ];
  // The demo and the bench measure from commits as Postgres itself dates them.
  const settings = { track_commit_timestamp: 'on' };
  const [postgresServer, natsServer, temporalServer] = await progress('Starting the servers', () =>
    together([
      postgres.start({ paths: postgresPaths, dataDir: folder('postgres'), settings }).then(keep),
      nats.start({ paths: natsPaths, dataDir: folder('nats') }).then(keep),
      temporal.start({ paths: temporalPaths, dataDir: folder('temporal') }).then(keep),
    ]),
  );
  const databaseUrl = await assureDatabase(postgresServer);
  await migrateUp({ databaseUrl });

  const { keyDir, root: rootKey } = await assureLogKeys(dir, databaseUrl, LOG_ORIGIN);
  const shared = {
    APP_ENV: 'dev',
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalServer.address,
    NATS_URL: natsServer.url,
    FACT_LOG_ORIGIN: LOG_ORIGIN,
    STATE_DIR: folder('adapters'),
    ...environment,
  };
  const sequencerEnvironment = {
    ...shared,
    KEY_DIR: keyDir,
    CHECKPOINT_DIR: folder('checkpoints'),
  };
  // The worker mails links that lead to the API.
  const startApiAndWorker = async () => {
    const api = keep(await startRegistryProcess('api', shared, dir));
    const environmentOfWorker = { PUBLIC_URL: api.url, ...shared };
    const worker = await startRegistryProcess('worker', environmentOfWorker, dir, entry);
    return { api, worker: keep(worker) };
  };
  const [sequencer, { api, worker }] = await progress('Starting the registry', () =>
    together([
      startRegistryProcess('sequencer', sequencerEnvironment, dir).then(keep),
      startApiAndWorker(),
    ]),
  );
  return {
    postgres: postgresServer,
    nats: natsServer,
    temporal: temporalServer,
    api,
    worker,
    sequencer,
    databaseUrl,
    log: LOG_ORIGIN,
    rootKey,
    operatorToken: DEV_OPERATOR_TOKEN,
    readerToken: DEV_READER_TOKEN,
    sequencerEnvironment,
  };
}

/** Like `Promise.all`, but waits for the others before it fails, so that each can be stopped. */
async function together<T extends readonly Promise<unknown>[]>(
  starting: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(starting);
  return Promise.all(starting);
}

async function assureDatabase(server: postgres.PostgresServer): Promise<string> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE} template template0`);
  } finally {
    await client.end();
  }
  return server.urlOf(DATABASE);
}
