import { join } from 'node:path';
import * as clickhouse from './clickhouse.ts';
import * as keycloak from './keycloak.ts';
import * as knot from './knot.ts';
import * as kubernetes from './kubernetes.ts';
import * as libsql from './libsql.ts';
import * as nats from './nats.ts';
import * as postgres from './postgres.ts';
import * as powerdns from './powerdns.ts';
import type { Running } from './process.ts';
import type { Progress } from './progress.ts';
import * as temporal from './temporal.ts';
import * as toxiproxy from './toxiproxy.ts';

/** Every server that runs in a process of its own, by name. */
export const servers = {
  postgres,
  nats,
  temporal,
  keycloak,
  kubernetes,
  powerdns,
  knot,
  libsql,
  clickhouse,
  toxiproxy,
} as const;

export type ServerName = keyof typeof servers;
export type Server<Name extends ServerName> = Awaited<ReturnType<(typeof servers)[Name]['start']>>;

export const serverNames = Object.keys(servers) as ServerName[];

type AnyServer = {
  get(progress: Progress): Promise<unknown>;
  start(options: { paths: unknown; dataDir?: string }): Promise<Running>;
};

/** Gets what a server needs, when it is not there, and starts it. */
export async function getAndStart<Name extends ServerName>(
  name: Name,
  progress: Progress,
  dataDir?: string,
): Promise<Server<Name>> {
  // Names and types of a union of modules cannot be correlated without this.
  const server = servers[name] as unknown as AnyServer;
  const paths = await server.get(progress);
  const running = await progress(`Starting ${name}`, () =>
    server.start({ paths, ...(dataDir === undefined ? {} : { dataDir }) }),
  );
  return running as Server<Name>;
}

/** Several at once, each with its data in a folder of `dataDir`; all or none of them run then. */
export async function startAll<Name extends ServerName>(
  names: readonly Name[],
  progress: Progress,
  dataDir?: string,
): Promise<{ [N in Name]: Server<N> }> {
  const starting = names.map(async (name) => {
    const folder = dataDir === undefined ? undefined : join(dataDir, name);
    return [name, await getAndStart(name, progress, folder)] as const;
  });
  const outcomes = await Promise.allSettled(starting);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') await outcome.value[1].stop();
    }
    throw failed.reason;
  }
  return Object.fromEntries(await Promise.all(starting)) as { [N in Name]: Server<N> };
}
