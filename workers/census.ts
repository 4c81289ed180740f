import { setTimeout as sleep } from 'node:timers/promises';
import type { Metrics } from '../ports/metrics.ts';
import type { SagaCensus } from '../ports/saga-census.ts';

/** What Prometheus's own default interval is a multiple of. */
const EVERY_MS = 15_000;

export interface CensusPorts {
  readonly census: SagaCensus;
  readonly metrics: Pick<Metrics, 'recordSagas'>;
  readonly report: (message: string, cause: unknown) => void;
}

/** Keeps the number of open sagas for `/metrics`. Ends by the signal. */
export async function runCensus(ports: CensusPorts, signal: AbortSignal): Promise<void> {
  const { census, metrics, report } = ports;
  while (!signal.aborted) {
    await census
      .countOpen()
      .then((open) => metrics.recordSagas(open))
      .catch((cause: unknown) => report('open sagas cannot be counted now', cause));
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
