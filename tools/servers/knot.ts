import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Resolver } from 'node:dns/promises';
import { join } from 'node:path';
import { inDataDir, type DataDir } from './data-dir.ts';
import { fromDebian } from './debian.ts';
import { onFreePorts } from './ports.ts';
import { startProcess, type Running } from './process.ts';
import type { Progress } from './progress.ts';
import { debianPackages } from './versions.ts';

export type KnotPaths = { server: string };

export type KnotOptions = {
  paths: KnotPaths;
  /** Kept when given; else a temporary folder that goes with the server. */
  dataDir?: string;
};

export type KnotServer = Running & {
  host: string;
  /** DNS over UDP and TCP. */
  port: number;
  /** With its dot. */
  zone: string;
  /** May update and transfer the zone; `secret` is base64. */
  tsig: { name: string; algorithm: 'hmac-sha256'; secret: string };
  /** A second key that the server knows and that may do neither: for tests of refusals. */
  powerlessTsig: { name: string; algorithm: 'hmac-sha256'; secret: string };
};

const HOST = '127.0.0.1';
const ZONE = 'tenure.test.';
const KEY = 'tenure.';
const POWERLESS_KEY = 'powerless.';
const READY_WITHIN_MS = 30_000;
const ANSWER_WITHIN_MS = 1_000;

const EMPTY_ZONE = `$ORIGIN ${ZONE}
@ 3600 SOA ns1 hostmaster 1 3600 600 86400 60
@ 3600 NS ns1
ns1 3600 A ${HOST}
`;

export async function get(progress: Progress): Promise<KnotPaths> {
  return { server: await fromDebian('knotd', 'Knot DNS', debianPackages.knot, progress) };
}

/** A Knot authoritative server whose zone `tenure.test.` takes RFC 2136 updates with TSIG. */
export function start(options: KnotOptions): Promise<KnotServer> {
  return onFreePorts(['port'], {}, ({ port }) =>
    inDataDir('knot', options.dataDir, (dir) => startIn(dir, port, options.paths)),
  );
}

async function startIn(dir: DataDir, port: number, paths: KnotPaths): Promise<KnotServer> {
  // Knot starts without it and then fails every update.
  mkdirSync(join(dir.path, 'database'), { recursive: true });
  const zoneFile = join(dir.path, 'tenure.test.zone');
  if (!existsSync(zoneFile)) writeFileSync(zoneFile, EMPTY_ZONE);
  const secret = keptSecret(join(dir.path, 'tsig-secret'));
  const powerlessSecret = keptSecret(join(dir.path, 'powerless-tsig-secret'));
  const configFile = join(dir.path, 'knot.conf');
  writeFileSync(configFile, config(dir.path, port, secret, powerlessSecret), { mode: 0o600 });
  const running = await startProcess({
    name: 'Knot',
    command: paths.server,
    args: ['--config', configFile],
    logFile: join(dir.path, 'knot.log'),
    dataDir: dir,
    probe: () => expectSoa(port),
    readyWithinMs: READY_WITHIN_MS,
  });
  const algorithm = 'hmac-sha256' as const;
  const tsig = { name: KEY, algorithm, secret };
  const powerlessTsig = { name: POWERLESS_KEY, algorithm, secret: powerlessSecret };
  return { ...running, host: HOST, port, zone: ZONE, tsig, powerlessTsig };
}

function config(dir: string, port: number, secret: string, powerlessSecret: string): string {
  return `server:
  listen: ${HOST}@${port}
  rundir: ${JSON.stringify(dir)}
  udp-workers: 1
  tcp-workers: 2
  background-workers: 1
log:
  - target: stdout
    any: info
database:
  storage: ${JSON.stringify(join(dir, 'database'))}
  # The defaults reserve gigabytes of address space, and of disk on some file systems.
  journal-db-max-size: 64M
  kasp-db-max-size: 16M
  timer-db-max-size: 1M
key:
  - id: ${KEY}
    algorithm: hmac-sha256
    secret: ${secret}
  - id: ${POWERLESS_KEY}
    algorithm: hmac-sha256
    secret: ${powerlessSecret}
acl:
  - id: tenure
    key: ${KEY}
    action: [update, transfer]
zone:
  - domain: ${ZONE}
    storage: ${JSON.stringify(dir)}
    file: tenure.test.zone
    acl: tenure
`;
}

/** Clients hold the key longer than one process of the server lives. */
function keptSecret(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

async function expectSoa(port: number): Promise<void> {
  const resolver = new Resolver({ timeout: ANSWER_WITHIN_MS, tries: 1 });
  resolver.setServers([`${HOST}:${port}`]);
  await resolver.resolveSoa(ZONE);
}
