import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '../ports/metrics.ts';

/** One thing that must answer for the process to be ready. */
export type HealthProbe = () => Promise<unknown>;

const PROBE_TIMEOUT_MS = 2_000;

/**
 * `GET /healthz`: the process lives. `GET /readyz`: everything it needs answers (200), or 503 with
 * the names of what does not. `GET /metrics` where there are some. For health checks of Compose and
 * Kubernetes and for Prometheus; carries nothing else.
 */
export async function serveHealth(
  address: { readonly host: string | undefined; readonly port: number },
  probes: Readonly<Record<string, HealthProbe>>,
  metrics?: Pick<Metrics, 'contentType' | 'format'>,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.url === '/healthz') return answer(200, { status: 'ok' });
    if (request.url === '/metrics' && metrics !== undefined) {
      const show = (text: string) =>
        response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
      return void metrics.format().then(show, () => answer(500, { status: 'failed' }));
    }
    if (request.url !== '/readyz') return answer(404, { status: 'not found' });
    void failing(probes).then((names) =>
      names.length === 0
        ? answer(200, { status: 'ready' })
        : answer(503, { status: 'not ready', failing: names }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Names of the probes that fail or do not answer in time. */
async function failing(probes: Readonly<Record<string, HealthProbe>>): Promise<string[]> {
  const names = Object.keys(probes);
  const outcomes = await Promise.allSettled(Object.values(probes).map(inTime));
  return names.filter((_name, at) => outcomes[at]?.status === 'rejected');
}

async function inTime(probe: HealthProbe): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), PROBE_TIMEOUT_MS);
  });
  await Promise.race([probe(), late]).finally(() => clearTimeout(timer));
}
