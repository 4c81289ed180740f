import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { findOnPath, findVersionOnPath, run } from './command.ts';
import { inDataDir, type DataDir } from './data-dir.ts';
import { fromDebian } from './debian.ts';
import { ServerError } from './errors.ts';
import { findJavaHome } from './java.ts';
import { onFreePorts } from './ports.ts';
import { expectOk } from './probe.ts';
import { startProcess, type Running } from './process.ts';
import type { Progress } from './progress.ts';
import { debianPackages, mavenDependencyPlugin, versions } from './versions.ts';

export type KeycloakPaths = { kc: string; javaHome: string };

export type KeycloakOptions = {
  paths: KeycloakPaths;
  /** Kept when given; else a temporary folder that goes with the server. */
  dataDir?: string;
  /** Default: a free one. */
  port?: number;
};

export type KeycloakServer = Running & {
  host: string;
  port: number;
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** `/health/ready` is here. */
  managementUrl: string;
  /** Of the realm `master`. */
  adminUser: string;
  adminPassword: string;
};

const HOST = '127.0.0.1';
const ADMIN = 'admin';
const HEAP = '-Xms256m -Xmx768m';
const READY_WITHIN_MS = 360_000;

export async function get(progress: Progress): Promise<KeycloakPaths> {
  const what = `Keycloak ${versions.keycloak}`;
  const javaHome = findJavaHome(what);
  const pinned = new RegExp(`Keycloak ${versions.keycloak.replaceAll('.', '\\.')}\\b`);
  const onPath = await findVersionOnPath('kc.sh', ['--version'], pinned);
  if (onPath !== undefined) return { kc: onPath, javaHome };
  const dir = await cached('keycloak', versions.keycloak, progress, async (building) => {
    await progress(`Getting ${what} (once, about half a minute)`, () => unpack(building, progress));
    // Its first start writes into its own folder: done here, later starts only read there.
    await progress(`Preparing ${what} (once, about a minute)`, async () => {
      const paths = { kc: join(building, 'bin', 'kc.sh'), javaHome };
      await (await start({ paths })).stop();
    });
  });
  return { kc: join(dir, 'bin', 'kc.sh'), javaHome };
}

async function unpack(dir: string, progress: Progress): Promise<void> {
  const mvn = findOnPath('mvn');
  if (mvn === undefined) {
    const advice = 'install it (https://maven.apache.org)';
    throw new ServerError('missing-tool', `Keycloak is fetched with Maven: ${advice}.`);
  }
  const unzip = await fromDebian('unzip', 'unzip', debianPackages.unzip, progress);
  const artifact = `org.keycloak:keycloak-quarkus-dist:${versions.keycloak}:zip`;
  const copy = [
    `${mavenDependencyPlugin}:copy`,
    `-Dartifact=${artifact}`,
    `-DoutputDirectory=${dir}`,
  ];
  await run(mvn, ['-q', '-B', ...copy], { cwd: dir });
  const zip = join(dir, `keycloak-quarkus-dist-${versions.keycloak}.zip`);
  await run(unzip, ['-q', zip, '-d', dir]);
  await rm(zip);
  const inner = join(dir, `keycloak-${versions.keycloak}`);
  for (const name of await readdir(inner)) await rename(join(inner, name), join(dir, name));
  await rm(inner, { recursive: true });
}

/** Keycloak in development mode, its H2 database in the data folder. */
export function start(options: KeycloakOptions): Promise<KeycloakServer> {
  return onFreePorts(['port', 'management'], { port: options.port }, (ports) =>
    inDataDir('keycloak', options.dataDir, (dir) => startIn(dir, ports, options.paths)),
  );
}

async function startIn(
  dir: DataDir,
  { port, management }: { port: number; management: number },
  { kc, javaHome }: KeycloakPaths,
): Promise<KeycloakServer> {
  const adminPassword = keptSecret(join(dir.path, 'admin-password'));
  // By default H2 writes a commit up to half a second later: a kill would lose realms.
  const settings = 'NON_KEYWORDS=VALUE;WRITE_DELAY=0';
  const database = `jdbc:h2:file:${join(dir.path, 'h2', 'keycloak')};${settings}`;
  const managementUrl = `http://${HOST}:${management}`;
  const running = await startProcess({
    name: 'Keycloak',
    command: kc,
    args: [
      'start-dev',
      `--http-host=${HOST}`,
      `--http-port=${port}`,
      `--http-management-port=${management}`,
      '--health-enabled=true',
      `--db-url=${database}`,
    ],
    env: {
      JAVA_HOME: javaHome,
      JAVA_OPTS_KC_HEAP: HEAP,
      KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN,
      KC_BOOTSTRAP_ADMIN_PASSWORD: adminPassword,
    },
    logFile: join(dir.path, 'keycloak.log'),
    dataDir: dir,
    probe: () => expectOk(`${managementUrl}/health/ready`),
    readyWithinMs: READY_WITHIN_MS,
  });
  const url = `http://${HOST}:${port}`;
  return { ...running, host: HOST, port, url, managementUrl, adminUser: ADMIN, adminPassword };
}

/** Keycloak takes the bootstrap password at its first start only: kept beside its data. */
function keptSecret(file: string): string {
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8');
}
