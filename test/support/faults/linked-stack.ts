import { createMemoryNotifier } from '../../../adapters/memory/notifier.ts';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createMemoryDomainProof } from '../../../adapters/memory/domain-proof.ts';
import { createMemoryDns } from '../../../adapters/memory/dns.ts';
import { createMemoryIdentity } from '../../../adapters/memory/identity.ts';
import { createMemoryRoutes } from '../../../adapters/memory/routes.ts';
import { createMemoryTenantDatabase } from '../../../adapters/memory/tenant-database.ts';
import { migrateUp } from '../../../adapters/postgres/migrate.ts';
import { toBase64 } from '../../../facts/core/bytes.ts';
import { PlaneProcess } from '../../../tools/demo/plane-process.ts';
import { RegistryClient } from '../../../tools/demo/registry-client.ts';
import * as nats from '../../../tools/servers/nats.ts';
import * as postgres from '../../../tools/servers/postgres.ts';
import type { Running } from '../../../tools/servers/process.ts';
import { quiet } from '../../../tools/servers/progress.ts';
import * as temporal from '../../../tools/servers/temporal.ts';
import * as toxiproxy from '../../../tools/servers/toxiproxy.ts';
import { assureLogKeys } from '../../../tools/stack/keys.ts';
import { startRegistryProcess } from '../../../tools/stack/registry-process.ts';
import { DEV_OPERATOR_TOKEN, DEV_READER_TOKEN } from '../../../wiring/config/sections/access.ts';
import type { Outside } from '../saga-outside.ts';
import type { Slate } from '../sagas/clean-slate.ts';

const DATABASE = 'tenure';
const LOG_ORIGIN = 'tenure.localhost/faults';

/** The key that `expectCleanSlate` verifies by; the slate fails should they part. */
export const FACT_KEY_SEED = new Uint8Array(32).fill(1);

/** Who speaks to whom; each link is a proxy of its own. */
const SERVER_LINKS = [
  'api->postgres',
  'api->temporal',
  'worker->postgres',
  'worker->temporal',
  'sequencer->postgres',
  'sequencer->temporal',
  'sequencer->nats',
  'plane->nats',
] as const;
export const LINKS = [...SERVER_LINKS, 'plane->registry'] as const;

export type LinkName = (typeof LINKS)[number];
export type LinkedStack = Awaited<ReturnType<typeof startLinkedStack>>;

export interface LinkedStackOptions {
  /** Of the registry's processes, over the embedded adapters. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where Postgres keeps its data; default: beside the others. */
  readonly postgresDir?: string;
  /** Entry points in the place of the registry's own. */
  readonly entries?: Partial<Record<'worker' | 'sequencer', string>>;
}

/**
 * The registry's three processes and a data plane in one of its own, over real Postgres, NATS and
 * Temporal, each link of them behind a proxy. For tests that hurt links, servers and disks.
 */
export async function startLinkedStack(options: LinkedStackOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-linked-'));
  const started: { stop(): Promise<unknown> }[] = [
    { stop: async () => rmSync(folder, { recursive: true, force: true }) },
  ];
  const keep = <T extends Running>(running: T): T => {
    started.push(running);
    return running;
  };
  const stop = async () => {
    for (const each of started.splice(0).reverse()) await each.stop();
  };
  try {
    const servers = await startServers(folder, options, keep);
    const registry = await startBehindLinks(folder, servers, options, keep);
    const reader = readerOf(servers, registry);
    const directory = join(folder, 'plane');
    const plane = new PlaneProcess({ ...reader, directory, snapshots: false });
    started.push({ stop: () => plane.close() });
    await plane.ready(); // before it has read every shard it denies
    const admin = new pg.Pool({ connectionString: servers.databaseUrl, max: 2 });
    admin.on('error', () => undefined); // tests kill Postgres
    started.push({ stop: () => admin.end() });
    const client = new RegistryClient(registry.api.url, DEV_OPERATOR_TOKEN);
    const zone = () => embeddedOutside(folder).domainProof;
    const slate = (outside: Partial<Outside> = {}): Slate => ({
      registry: LOG_ORIGIN,
      outside: { ...embeddedOutside(folder), ...outside },
      database: { admin },
    });
    const operatorToken = DEV_OPERATOR_TOKEN;
    const planes = { reader, plane };
    return {
      ...servers,
      ...registry,
      ...planes,
      folder,
      admin,
      client,
      operatorToken,
      slate,
      zone,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Keep = <T extends Running>(running: T) => T;

async function startServers(folder: string, { postgresDir }: LinkedStackOptions, keep: Keep) {
  const [postgresPaths, natsPaths, temporalPaths] = [
    await postgres.get(quiet),
    await nats.get(quiet),
    await temporal.get(quiet),
  ];
  const dataDir = postgresDir ?? join(folder, 'postgres');
  const postgresServer = keep(await postgres.start({ paths: postgresPaths, dataDir }));
  const natsServer = keep(await nats.start({ paths: natsPaths, dataDir: join(folder, 'nats') }));
  const temporalServer = keep(
    await temporal.start({ paths: temporalPaths, dataDir: join(folder, 'temporal') }),
  );
  const client = new pg.Client({ connectionString: postgresServer.url });
  await client.connect();
  await client.query(`create database ${DATABASE} template template0`);
  await client.end();
  const databaseUrl = postgresServer.urlOf(DATABASE);
  await migrateUp({ databaseUrl });
  return { postgres: postgresServer, nats: natsServer, temporal: temporalServer, databaseUrl };
}

type Servers = Awaited<ReturnType<typeof startServers>>;
type Links = Readonly<Record<LinkName, toxiproxy.Proxy>>;

/** The link to the API is laid last: its port is known after its start. */
async function startBehindLinks(
  folder: string,
  servers: Servers,
  { environment, entries = {} }: LinkedStackOptions,
  keep: Keep,
) {
  const proxies = keep(await toxiproxy.start({ paths: await toxiproxy.get(quiet) }));
  const links = {} as Record<LinkName, toxiproxy.Proxy>;
  for (const name of SERVER_LINKS) {
    const { host, port } = servers[name.split('->')[1] as 'postgres' | 'nats' | 'temporal'];
    links[name] = await proxies.proxy(name, `${host}:${port}`);
  }
  mkdirSync(join(folder, 'keys'));
  const factKey = join(folder, 'keys', 'fact.key');
  writeFileSync(factKey, `${toBase64(FACT_KEY_SEED)}\n`, { mode: 0o600 });
  const { keyDir, root } = await assureLogKeys(folder, servers.databaseUrl, LOG_ORIGIN);
  const own: Partial<Record<string, string>> = entries;
  const start = (name: 'api' | 'worker' | 'sequencer') =>
    startRegistryProcess(name, environmentOf(name), folder, own[name]).then(keep);
  const environmentOf = (name: 'api' | 'worker' | 'sequencer') => {
    const { host, port } = links[`${name}->temporal`];
    return {
      APP_ENV: 'dev',
      DATABASE_URL: through(servers.databaseUrl, links[`${name}->postgres`]),
      TEMPORAL_ADDRESS: `${host}:${port}`,
      NATS_URL: through(servers.nats.url, links['sequencer->nats']),
      FACT_LOG_ORIGIN: LOG_ORIGIN,
      KEY_DIR: keyDir,
      CHECKPOINT_DIR: join(folder, 'checkpoints'),
      STATE_DIR: join(folder, 'adapters'),
      ...environment,
    };
  };
  const [sequencer, worker, api] = await Promise.all([
    start('sequencer'),
    start('worker'),
    start('api'),
  ]);
  links['plane->registry'] = await proxies.proxy('plane->registry', new URL(api.url).host);
  return { links: links as Links, rootKey: root, api, worker, sequencer };
}

function through(url: string, { host, port }: toxiproxy.Proxy): string {
  const changed = new URL(url);
  changed.hostname = host;
  changed.port = String(port);
  return changed.href;
}

/** Whatever follows the facts is given this, and a directory. */
function readerOf(
  servers: Servers,
  { links, rootKey }: { readonly links: Links; readonly rootKey: string },
) {
  return {
    registryUrl: `http://${links['plane->registry'].host}:${links['plane->registry'].port}`,
    natsUrl: through(servers.nats.url, links['plane->nats']),
    token: DEV_READER_TOKEN,
    log: LOG_ORIGIN,
    root: rootKey,
  };
}

/** The embedded adapters' objects as their files tell them now: another process holds them. */
function embeddedOutside(folder: string) {
  const file = (name: string) => ({ file: join(folder, 'adapters', `${name}.json`) });
  const issuerBase = 'https://id.tenure.localhost';
  const { identity, pool } = createMemoryIdentity({ issuerBase, ...file('identity') });
  return {
    identity: { silo: identity, pool },
    databases: createMemoryTenantDatabase(file('tenant-databases')),
    routes: createMemoryRoutes(file('routes')),
    dns: createMemoryDns(file('dns')),
    domainProof: createMemoryDomainProof(file('domain-proof')),
    mailCatcher: undefined,
    notifier: createMemoryNotifier(),
  } satisfies Outside;
}
