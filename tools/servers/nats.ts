import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findVersionOnPath } from './command.ts';
import { inDataDir, type DataDir } from './data-dir.ts';
import { goInstall } from './go.ts';
import { expectOk } from './probe.ts';
import { onFreePorts } from './ports.ts';
import { startProcess, type Running } from './process.ts';
import type { Progress } from './progress.ts';
import { versions } from './versions.ts';

export type NatsPaths = { server: string };

export type NatsOptions = {
  paths: NatsPaths;
  /** Kept when given; else a temporary folder that goes with the server. */
  dataDir?: string;
  /** Of clients; default: a free one. */
  port?: number;
};

export type NatsServer = Running & {
  host: string;
  port: number;
  /** `nats://127.0.0.1:<port>` */
  url: string;
  /** The server's monitoring pages: `/healthz`, `/jsz`. */
  monitorUrl: string;
};

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 30_000;

export async function get(progress: Progress): Promise<NatsPaths> {
  const pinned = new RegExp(`v${versions.nats.replaceAll('.', '\\.')}\\s`);
  const onPath = await findVersionOnPath('nats-server', ['--version'], pinned);
  if (onPath !== undefined) return { server: onPath };
  const server = await goInstall(
    {
      name: 'nats',
      version: versions.nats,
      what: `NATS ${versions.nats} (once, about a minute)`,
      binary: 'nats-server',
    },
    'github.com/nats-io/nats-server/v2',
    progress,
  );
  return { server };
}

/** A NATS server with JetStream on disk. */
export function start(options: NatsOptions): Promise<NatsServer> {
  return onFreePorts(['port', 'monitor'], { port: options.port }, (ports) =>
    inDataDir('nats', options.dataDir, (dir) => startIn(dir, ports, options.paths)),
  );
}

async function startIn(
  dir: DataDir,
  { port, monitor }: { port: number; monitor: number },
  paths: NatsPaths,
): Promise<NatsServer> {
  const config = join(dir.path, 'nats.conf');
  const store = JSON.stringify(join(dir.path, 'jetstream'));
  const listen = `listen: "${HOST}:${port}"\nhttp: "${HOST}:${monitor}"\n`;
  writeFileSync(config, `${listen}jetstream { store_dir: ${store} }\n`);
  const monitorUrl = `http://${HOST}:${monitor}`;
  const running = await startProcess({
    name: 'NATS',
    command: paths.server,
    args: ['--config', config],
    logFile: join(dir.path, 'nats.log'),
    dataDir: dir,
    probe: () => expectOk(`${monitorUrl}/healthz`),
    readyWithinMs: READY_WITHIN_MS,
  });
  return { ...running, host: HOST, port, url: `nats://${HOST}:${port}`, monitorUrl };
}
