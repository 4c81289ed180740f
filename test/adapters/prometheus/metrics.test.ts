import { expect, test } from '@jest/globals';
import { createMetrics } from '../../../adapters/prometheus/metrics.ts';
import { serveHealth } from '../../../workers/health.ts';

test('Prometheus reads from the health port how calls ended and how long they took', async () => {
  const metrics = createMetrics();
  metrics.recordPortCall({ port: 'dns', method: 'ensure', outcome: 'ok', ms: 12 });
  metrics.recordPortCall({ port: 'dns', method: 'ensure', outcome: 'forbidden', ms: 700 });
  const health = await serveHealth({ host: '127.0.0.1', port: 0 }, {}, metrics);
  try {
    const answer = await fetch(`http://127.0.0.1:${health.port}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const lines = (await answer.text()).split('\n');
    const ok = 'port="dns",method="ensure",outcome="ok"';
    expect(lines).toContain(`tenure_port_call_seconds_count{${ok}} 1`);
    expect(lines).toContain(`tenure_port_call_seconds_bucket{le="0.02",${ok}} 1`);
    expect(lines).toContain(`tenure_port_call_seconds_bucket{le="0.005",${ok}} 0`);
    const refused = 'port="dns",method="ensure",outcome="forbidden"';
    expect(lines).toContain(`tenure_port_call_seconds_sum{${refused}} 0.7`);
  } finally {
    await health.close();
  }
});

test('a process that counts nothing has no such page', async () => {
  const health = await serveHealth({ host: '127.0.0.1', port: 0 }, {});
  const { status } = await fetch(`http://127.0.0.1:${health.port}/metrics`);
  await health.close();
  expect(status).toBe(404);
});
