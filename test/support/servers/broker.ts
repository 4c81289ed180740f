import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgress } from '../../../tools/servers/progress.ts';
import { getAndStart, serverNames, type ServerName } from '../../../tools/servers/registry.ts';
import { unwatchTemporary, watchTemporary } from '../../../tools/servers/watchdog.ts';

export type Broker = { socketPath: string; stop(): Promise<void> };

/**
 * Starts each server when the first test file asks for it, once per test run, and tells its
 * addresses: `GET /<name>` over a Unix socket.
 */
export async function startBroker(): Promise<Broker> {
  const dir = mkdtempSync(join(tmpdir(), 'tenure-broker-'));
  watchTemporary(dir);
  const socketPath = join(dir, 'socket');
  const progress = createProgress();
  const started = new Map<string, ReturnType<typeof getAndStart>>();

  const startOnce = (name: ServerName) => {
    const known = started.get(name);
    if (known !== undefined) return known;
    const starting = getAndStart(name, progress);
    started.set(name, starting);
    starting.catch(() => started.delete(name)); // the next test file may try again
    return starting;
  };
  const http = createServer((request, response) => {
    const name = serverNames.find((known) => request.url === `/${known}`);
    const answer = name === undefined ? Promise.reject(unknownName(request.url)) : startOnce(name);
    answer.then(
      (server) => response.end(JSON.stringify(server)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(socketPath, resolve);
  });
  return {
    socketPath,
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      const outcomes = await Promise.allSettled(started.values());
      const running = outcomes.flatMap((outcome) =>
        outcome.status === 'fulfilled' ? [outcome.value] : [],
      );
      await Promise.all(running.map((each) => each.stop()));
      rmSync(dir, { recursive: true, force: true });
      unwatchTemporary(dir);
    },
  };
}

function unknownName(url: string | undefined): Error {
  return new Error(`no server ${url}; there are: ${serverNames.join(', ')}`);
}
