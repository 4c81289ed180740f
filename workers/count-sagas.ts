import { setTimeout as sleep } from 'node:timers/promises';
import type { Metrics } from '../ports/metrics.ts';
import type { OpenSagas } from '../ports/open-sagas.ts';

/** What Prometheus's own default interval is a multiple of. */
const EVERY_MS = 15_000;

export interface CountPorts {
  readonly openSagas: OpenSagas;
  readonly metrics: Pick<Metrics, 'recordSagas'>;
  readonly report: (message: string, cause: unknown) => void;
}

/** Keeps the number of open sagas for `/metrics`. Ends by the signal. */
export async function countSagas(ports: CountPorts, signal: AbortSignal): Promise<void> {
  const { openSagas, metrics, report } = ports;
  while (!signal.aborted) {
    await openSagas
      .count()
      .then((open) => metrics.recordSagas(open))
      .catch((cause: unknown) => report('open sagas cannot be counted now', cause));
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
