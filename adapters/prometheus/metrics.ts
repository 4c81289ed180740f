import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { HistogramConfiguration } from 'prom-client';
import type { Metrics } from '../../ports/metrics.ts';

const PORT_CALL_LABELS = ['port', 'method', 'outcome'] as const;

/** A realm takes seconds, a record milliseconds; an attempt ends within half a minute. */
const PORT_CALL: HistogramConfiguration<(typeof PORT_CALL_LABELS)[number]> = {
  name: 'tenure_port_call_seconds',
  help: 'Calls to outside systems by port, method and outcome (ok, a code of Tenure, or error).',
  labelNames: PORT_CALL_LABELS,
  buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30],
};

const FAILED_ATTEMPTS = {
  name: 'tenure_saga_failed_attempts_total',
  help: 'Failed attempts of sagas by phase (step, undo, probe, until, row), step, code, and whether they are tried for more than 5 minutes.',
  labelNames: ['phase', 'step', 'code', 'long'],
} as const;

const SAGAS = {
  name: 'tenure_sagas',
  help: 'Open sagas by kind, recorded state and reason. Every worker tells the same number.',
  labelNames: ['kind', 'state', 'reason'],
} as const;

/** In Prometheus's text format. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const portCalls = new Histogram({ ...PORT_CALL, registers: [registry] });
  const failedAttempts = new Counter({ ...FAILED_ATTEMPTS, registers: [registry] });
  const sagas = new Gauge({ ...SAGAS, registers: [registry] });
  return {
    recordPortCall: ({ ms, ...labels }) => portCalls.observe(labels, ms / 1_000),
    recordFailedAttempt: ({ long, ...labels }) =>
      failedAttempts.inc({ ...labels, long: String(long) }),
    recordSagas: (open) => {
      sagas.reset();
      for (const { count, ...labels } of open) sagas.set(labels, count);
    },
    contentType: registry.contentType,
    format: () => registry.metrics(),
  };
}
