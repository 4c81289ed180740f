import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached } from './cache.ts';
import { inDataDir, type DataDir } from './data-dir.ts';
import { onFreePorts } from './ports.ts';
import { expectOk } from './probe.ts';
import { startProcess, type Running } from './process.ts';
import type { Progress } from './progress.ts';
import { findPython, installPins, interpreterOf } from './python.ts';
import { versions } from './versions.ts';

export type ClickHousePaths = { python: string };

export type ClickHouseOptions = {
  paths: ClickHousePaths;
  /** Kept when given; else a temporary folder that goes with the server. */
  dataDir?: string;
};

export type ClickHouseServer = Running & {
  host: string;
  port: number;
  /** `http://127.0.0.1:<port>`: the HTTP interface. */
  url: string;
  user: string;
  password: string;
};

const HOST = '127.0.0.1';
const USER = 'default';
const READY_WITHIN_MS = 60_000;
const FOLDER = fileURLToPath(new URL('chdb/', import.meta.url));

/** ClickHouse's engine as chDB, a Python library; a server of its own cannot be had by code. */
export async function get(progress: Progress): Promise<ClickHousePaths> {
  const environment = await cached('chdb', versions.chdb, progress, (dir) =>
    progress(`Getting ClickHouse's engine, chDB ${versions.chdb} (once, 180 MB)`, async () =>
      installPins(await findPython(), join(FOLDER, 'requirements.txt'), dir),
    ),
  );
  return { python: interpreterOf(environment) };
}

/** The engine behind ClickHouse's HTTP interface, as far as `chdb/server.py` speaks it. */
export function start(options: ClickHouseOptions): Promise<ClickHouseServer> {
  return onFreePorts(['port'], {}, ({ port }) =>
    inDataDir('clickhouse', options.dataDir, (dir) => startIn(dir, port, options.paths)),
  );
}

async function startIn(
  dir: DataDir,
  port: number,
  { python }: ClickHousePaths,
): Promise<ClickHouseServer> {
  const url = `http://${HOST}:${port}`;
  const password = randomBytes(12).toString('hex');
  const running = await startProcess({
    name: 'ClickHouse',
    command: python,
    args: [join(FOLDER, 'server.py'), String(port), join(dir.path, 'data')],
    env: { CLICKHOUSE_PASSWORD: password },
    logFile: join(dir.path, 'clickhouse.log'),
    dataDir: dir,
    probe: () => expectOk(`${url}/ping`),
    readyWithinMs: READY_WITHIN_MS,
  });
  return { ...running, host: HOST, port, url, user: USER, password };
}
