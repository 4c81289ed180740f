import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { findVersionOnPath, run } from './command.ts';
import { inDataDir, type DataDir } from './data-dir.ts';
import { goBuild } from './go.ts';
import { onFreePorts } from './ports.ts';
import { expectListening } from './probe.ts';
import { startProcess, type Running } from './process.ts';
import type { Progress } from './progress.ts';
import { versions } from './versions.ts';

export type TemporalPaths = { cli: string };

export type TemporalOptions = {
  paths: TemporalPaths;
  /** Kept when given; else a temporary folder that goes with the server. */
  dataDir?: string;
  /** gRPC; default: a free one. */
  port?: number;
  /** Default: a free one. */
  uiPort?: number;
  /** More dynamic configuration, or other values than ours: `{ 'limit.x': '5' }` (JSON values). */
  dynamicConfig?: Record<string, string>;
  /** Just the server as its makers ship it, without our dynamic configuration: for the bench. */
  stock?: boolean;
};

export type TemporalServer = Running & {
  host: string;
  port: number;
  /** `127.0.0.1:<port>` */
  address: string;
  uiUrl: string;
  namespace: string;
};

const HOST = '127.0.0.1';
const NAMESPACE = 'default';
const READY_WITHIN_MS = 60_000;
/** Released executables name the CLI's version, self-built ones only the server's. */
const PINNED = new RegExp(`Server ${versions.temporalServer.replaceAll('.', '\\.')}\\b`);
const SEARCH_ATTRIBUTES = ['TenantId', 'SagaStep', 'SagaState'];

const DYNAMIC_CONFIG = {
  // The dev server has one shard, and its default of 20 queue polls a second makes every hop of a
  // workflow wait 50 ms.
  'history.transferProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxPollRPS': '2000',
  // A step on the workflow's own queue goes straight to the worker that scheduled it.
  'system.enableActivityEagerExecution': 'true',
  // Fairness keys: one tenant's many sagas do not hold up another's.
  'matching.useNewMatcher': 'true',
  'matching.enableFairness': 'true',
};

export async function get(progress: Progress): Promise<TemporalPaths> {
  const onPath = await findVersionOnPath('temporal', ['--version'], PINNED);
  if (onPath !== undefined) return { cli: onPath };
  const cli = await goBuild(
    {
      name: 'temporal',
      version: versions.temporal,
      what: `Temporal ${versions.temporal} (once, about five minutes)`,
      binary: 'temporal',
    },
    new URL('temporal/', import.meta.url),
    'github.com/temporalio/cli/cmd/temporal',
    progress,
    (file) => progress('Downloading Temporal', () => download(file)),
  );
  return { cli };
}

/** The SDK's own download of the released executable; where its host is blocked, false. */
async function download(file: string): Promise<boolean> {
  const downloadDir = await mkdtemp(`${file}-download-`);
  try {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const version = `v${versions.temporal}`;
    const executable = { type: 'cached-download', downloadDir, version } as const;
    await (await TestWorkflowEnvironment.createLocal({ server: { executable } })).teardown();
    const [made = ''] = await readdir(downloadDir);
    await rename(join(downloadDir, made), file);
    return PINNED.test(await run(file, ['--version']));
  } catch {
    return false;
  } finally {
    await rm(downloadDir, { recursive: true, force: true });
  }
}

/** Temporal's development server with its UI, and our search attributes registered. */
export function start(options: TemporalOptions): Promise<TemporalServer> {
  const fixed = { port: options.port, ui: options.uiPort };
  return onFreePorts(['port', 'ui', 'http', 'metrics'], fixed, (ports) =>
    inDataDir('temporal', options.dataDir, (dir) => startIn(dir, ports, options)),
  );
}

type Ports = Record<'port' | 'ui' | 'http' | 'metrics', number>;

async function startIn(
  dir: DataDir,
  ports: Ports,
  options: TemporalOptions,
): Promise<TemporalServer> {
  const args = ['server', 'start-dev', '--ip', HOST];
  args.push('--port', String(ports.port), '--ui-port', String(ports.ui));
  args.push('--http-port', String(ports.http), '--metrics-port', String(ports.metrics));
  args.push('--db-filename', join(dir.path, 'temporal.sqlite'));
  args.push('--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL');
  for (const name of SEARCH_ATTRIBUTES) args.push('--search-attribute', `${name}=Keyword`);
  const config = { ...(options.stock === true ? {} : DYNAMIC_CONFIG), ...options.dynamicConfig };
  for (const [key, value] of Object.entries(config)) {
    args.push('--dynamic-config-value', `${key}=${value}`);
  }
  const address = `${HOST}:${ports.port}`;
  const running = await startProcess({
    name: 'Temporal',
    command: options.paths.cli,
    args,
    logFile: join(dir.path, 'temporal.log'),
    dataDir: dir,
    probe: () => probe(ports.port),
    readyWithinMs: READY_WITHIN_MS,
  });
  const uiUrl = `http://${HOST}:${ports.ui}`;
  return { ...running, host: HOST, port: ports.port, address, uiUrl, namespace: NAMESPACE };
}

/** The port opens before namespace and search attributes are there. */
async function probe(port: number): Promise<void> {
  await expectListening(HOST, port); // gRPC itself waits a second after a refused connection
  const address = `${HOST}:${port}`;
  const connection = await Connection.connect({ address, connectTimeout: '2s' });
  try {
    const { operatorService, workflowService } = connection;
    await workflowService.describeNamespace({ namespace: NAMESPACE });
    const { customAttributes } = await operatorService.listSearchAttributes({
      namespace: NAMESPACE,
    });
    const missing = SEARCH_ATTRIBUTES.find((name) => !(name in customAttributes));
    if (missing !== undefined) throw new Error(`search attribute ${missing} is not there yet`);
  } finally {
    await connection.close();
  }
}
