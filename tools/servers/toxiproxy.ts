import { join } from 'node:path';
import { findVersionOnPath } from './command.ts';
import { inDataDir, type DataDir } from './data-dir.ts';
import { goInstall } from './go.ts';
import { freePort, onFreePorts } from './ports.ts';
import { expectOk } from './probe.ts';
import { startProcess, type Running } from './process.ts';
import type { Progress } from './progress.ts';
import { versions } from './versions.ts';

export type ToxiproxyPaths = { server: string };

export type ToxiproxyOptions = { paths: ToxiproxyPaths };

export type Toxic = (
  | { type: 'latency'; attributes: { latency: number; jitter?: number } } // ms
  | { type: 'timeout'; attributes: { timeout: number } } // ms of silence, then closed; 0 = never
  | { type: 'reset_peer'; attributes: { timeout: number } } // ms until RST
  | { type: 'bandwidth'; attributes: { rate: number } } // KB/s
  | { type: 'limit_data'; attributes: { bytes: number } } // then closed
) & {
  /** `downstream` = from the server to the client. */
  stream: 'upstream' | 'downstream';
};

/** One link, cut or slowed at will. */
export type Proxy = {
  host: string;
  port: number;
  addToxic(toxic: Toxic): Promise<void>;
  removeToxics(): Promise<void>;
  /** Closes all connections and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  remove(): Promise<void>;
};

export type ToxiproxyServer = Running & {
  host: string;
  port: number;
  /** Of its HTTP API. */
  url: string;
  /** A new listener of 127.0.0.1 that forwards to `upstream` (`host:port`). */
  proxy(name: string, upstream: string): Promise<Proxy>;
};

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 30_000;

export async function get(progress: Progress): Promise<ToxiproxyPaths> {
  const pinned = new RegExp(`${versions.toxiproxy.replaceAll('.', '\\.')}\\s`);
  const onPath = await findVersionOnPath('toxiproxy-server', ['--version'], pinned);
  if (onPath !== undefined) return { server: onPath };
  const server = await goInstall(
    {
      name: 'toxiproxy',
      version: versions.toxiproxy,
      what: `toxiproxy ${versions.toxiproxy} (once, a few seconds)`,
      binary: 'toxiproxy-server',
    },
    'github.com/Shopify/toxiproxy/v2/cmd/server',
    progress,
  );
  return { server };
}

/** It keeps nothing: after a restart there are no proxies. */
export function start(options: ToxiproxyOptions): Promise<ToxiproxyServer> {
  return onFreePorts(['port'], {}, ({ port }) =>
    inDataDir('toxiproxy', undefined, (dir) => startIn(dir, port, options.paths)),
  );
}

async function startIn(
  dir: DataDir,
  port: number,
  paths: ToxiproxyPaths,
): Promise<ToxiproxyServer> {
  const url = `http://${HOST}:${port}`;
  const running = await startProcess({
    name: 'toxiproxy',
    command: paths.server,
    args: ['-host', HOST, '-port', String(port)],
    logFile: join(dir.path, 'toxiproxy.log'),
    dataDir: dir,
    probe: () => expectOk(`${url}/version`),
    readyWithinMs: READY_WITHIN_MS,
  });
  const proxy = (name: string, upstream: string) => createProxy(url, name, upstream);
  return { ...running, host: HOST, port, url, proxy };
}

async function createProxy(api: string, name: string, upstream: string): Promise<Proxy> {
  const port = await freePort();
  const listen = `${HOST}:${port}`;
  await call(api, 'POST', '/proxies', { name, listen, upstream, enabled: true });
  const path = `/proxies/${encodeURIComponent(name)}`;
  return {
    host: HOST,
    port,
    addToxic: (toxic) => call(api, 'POST', `${path}/toxics`, toxic).then(() => undefined),
    removeToxics: async () => {
      const toxics = (await call(api, 'GET', `${path}/toxics`)) as { name: string }[];
      for (const toxic of toxics) await call(api, 'DELETE', `${path}/toxics/${toxic.name}`);
    },
    cut: () => call(api, 'POST', path, { enabled: false }).then(() => undefined),
    mend: () => call(api, 'POST', path, { enabled: true }).then(() => undefined),
    remove: () => call(api, 'DELETE', path).then(() => undefined),
  };
}

async function call(api: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`toxiproxy: ${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
