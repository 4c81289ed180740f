import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inDataDir, type DataDir } from './data-dir.ts';
import { fromDebian } from './debian.ts';
import { ServerError } from './errors.ts';
import { expectOk } from './probe.ts';
import { onFreePorts } from './ports.ts';
import { startProcess, type Running } from './process.ts';
import type { Progress } from './progress.ts';
import { debianPackages } from './versions.ts';

export type PowerDnsPaths = { server: string };

export type PowerDnsOptions = {
  paths: PowerDnsPaths;
  /** Kept when given; else a temporary folder that goes with the server. */
  dataDir?: string;
};

export type PowerDnsServer = Running & {
  host: string;
  /** DNS over UDP and TCP. */
  port: number;
  /** `http://127.0.0.1:<port>`; the API is below `/api/v1/servers/localhost`. */
  apiUrl: string;
  apiKey: string;
  /** The zone that is there from the start, with its dot. */
  zone: string;
  /** Makes another zone; name with its dot. */
  createZone(name: string): Promise<void>;
};

const HOST = '127.0.0.1';
const ZONE = 'tenure.test.';
const READY_WITHIN_MS = 30_000;
const HTTP_CONFLICT = 409;

/** Debian, Fedora, Homebrew on either processor. */
const SCHEMA_FILES = [
  '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql',
  '/usr/share/doc/pdns/schema.sqlite3.sql',
  '/opt/homebrew/opt/pdns/share/doc/pdns/schema.sqlite3.sql',
  '/usr/local/opt/pdns/share/doc/pdns/schema.sqlite3.sql',
];

export async function get(progress: Progress): Promise<PowerDnsPaths> {
  return { server: await fromDebian('pdns_server', 'PowerDNS', debianPackages.powerdns, progress) };
}

/** A PowerDNS authoritative server with its HTTP API, SQLite below, and the zone `tenure.test.`. */
export function start(options: PowerDnsOptions): Promise<PowerDnsServer> {
  return onFreePorts(['dns', 'api'], {}, (ports) =>
    inDataDir('powerdns', options.dataDir, (dir) => startIn(dir, ports, options.paths)),
  );
}

async function startIn(
  dir: DataDir,
  ports: { dns: number; api: number },
  paths: PowerDnsPaths,
): Promise<PowerDnsServer> {
  const database = join(dir.path, 'pdns.sqlite');
  if (!existsSync(database)) createDatabase(database);
  const keyFile = join(dir.path, 'api-key');
  if (!existsSync(keyFile))
    writeFileSync(keyFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  const apiKey = readFileSync(keyFile, 'utf8');
  const apiUrl = `http://${HOST}:${ports.api}`;
  writeFileSync(join(dir.path, 'pdns.conf'), config(dir.path, database, ports, apiKey), {
    mode: 0o600,
  });
  const running = await startProcess({
    name: 'PowerDNS',
    command: paths.server,
    args: [`--config-dir=${dir.path}`],
    logFile: join(dir.path, 'pdns.log'),
    dataDir: dir,
    probe: () => expectOk(`${apiUrl}/api/v1/servers/localhost`, { 'x-api-key': apiKey }),
    readyWithinMs: READY_WITHIN_MS,
  });
  const createZone = (name: string) => postZone(apiUrl, apiKey, name);
  try {
    await createZone(ZONE);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { ...running, host: HOST, port: ports.dns, apiUrl, apiKey, zone: ZONE, createZone };
}

function createDatabase(file: string): void {
  const schemaFile = SCHEMA_FILES.find((path) => existsSync(path));
  if (schemaFile === undefined) {
    const places = SCHEMA_FILES.join(', ');
    throw new ServerError('missing-tool', `PowerDNS came without its SQLite schema: ${places}.`);
  }
  const database = new DatabaseSync(file);
  database.exec(readFileSync(schemaFile, 'utf8'));
  database.close();
}

function config(
  dir: string,
  database: string,
  ports: { dns: number; api: number },
  apiKey: string,
): string {
  const settings = {
    launch: 'gsqlite3',
    'gsqlite3-database': database,
    'local-address': HOST,
    'local-port': ports.dns,
    webserver: 'yes',
    'webserver-address': HOST,
    'webserver-port': ports.api,
    api: 'yes',
    'api-key': apiKey,
    'socket-dir': dir,
    'disable-syslog': 'yes',
    // A test that has just written a record asks for it at once.
    'cache-ttl': 0,
    'query-cache-ttl': 0,
    'negquery-cache-ttl': 0,
    'zone-cache-refresh-interval': 0,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** There already is fine. */
async function postZone(apiUrl: string, apiKey: string, name: string): Promise<void> {
  const response = await fetch(`${apiUrl}/api/v1/servers/localhost/zones`, {
    method: 'POST',
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({ name, kind: 'Native', nameservers: [`ns1.${name}`] }),
  });
  if (response.ok || response.status === HTTP_CONFLICT) return;
  throw new Error(`PowerDNS does not make zone ${name}: ${await response.text()}`);
}
