import { createServer } from 'node:net';
import { ServerError } from './errors.ts';

/**
 * Below the ranges from which Linux (32768 up) and macOS (49152 up) take ports for outgoing
 * connections: a server that is down for a restart would otherwise find its port taken, and a
 * client that retries 127.0.0.1 could even connect to itself.
 */
const FIRST_PORT = 15_000;
const LAST_PORT = 32_000;
const MAX_PORT_TRIES = 200;
const MAX_START_TRIES = 5;

export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < MAX_PORT_TRIES; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (await isFree(port)) return port;
  }
  throw new ServerError('port-taken', `No free port between ${FIRST_PORT} and ${LAST_PORT}.`);
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

/**
 * Calls `start` with a free port for each name; with others when somebody took one meanwhile.
 * A port given in `fixed` is kept, and then a taken one is an error.
 */
export async function onFreePorts<Name extends string, T>(
  names: readonly Name[],
  fixed: Partial<Record<Name, number | undefined>>,
  start: (ports: Record<Name, number>) => Promise<T>,
): Promise<T> {
  const mayMove = names.some((name) => fixed[name] === undefined);
  for (let attempt = 1; ; attempt++) {
    const ports = {} as Record<Name, number>;
    for (const name of names) ports[name] = fixed[name] ?? (await freePort());
    try {
      return await start(ports);
    } catch (error) {
      const taken = error instanceof ServerError && error.code === 'port-taken';
      if (!taken || !mayMove || attempt >= MAX_START_TRIES) throw error;
    }
  }
}
