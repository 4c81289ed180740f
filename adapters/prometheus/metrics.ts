import { Histogram, Registry } from 'prom-client';
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

/** In Prometheus's text format. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const portCalls = new Histogram({ ...PORT_CALL, registers: [registry] });
  return {
    recordPortCall: ({ ms, ...labels }) => portCalls.observe(labels, ms / 1_000),
    contentType: registry.contentType,
    format: () => registry.metrics(),
  };
}
