import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { DEFAULT_TIMING } from '../domain/saga-timing.ts';
import { SAGA_STATE, TENANT_ID } from '../domain/saga-protocol.ts';
import type { Progress } from '../tools/servers/progress.ts';
import * as temporal from '../tools/servers/temporal.ts';
import type { SagaInput } from '../workflows/shared/contract.ts';
import { startBareWorker, stopBareWorker } from './bare-worker.ts';
import { FSYNC_BINDS_MS } from './machine.ts';
import { quantile, ratioRow, valueRow } from './row.ts';
import type { Row } from './row.ts';
import { STEPS } from './saga-workflows.ts';

const WARM_UP = 20;
const ROUNDS = 150;
const CPU_BLOCK = 50;
/** DESIGN 8. */
const LATENCY_BOUND = 1.2;
const CPU_BOUND = 1.3;
/** DESIGN 8: milliseconds bind only where the disk syncs faster than FSYNC_BINDS_MS. */
const EMBEDDED_BOUND_MS = 80;

type Kind = 'bare' | 'saga';

/** A saga of no-op steps beside a bare workflow of as many no-op activities, taking turns. */
export async function benchSagas(progress: Progress, fsyncMs: number): Promise<Row[]> {
  const server = await temporal.start({ paths: await temporal.get(progress) });
  const queue = `bench-${randomUUID()}`;
  const worker = await startBareWorker(server, queue);
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection, namespace: server.namespace });
  try {
    const run = (kind: Kind) => runOne(client, queue, kind);
    for (let i = 0; i < WARM_UP; i += 1)
      for (const kind of ['bare', 'saga'] as const) await run(kind);
    const took: Record<Kind, number[]> = { bare: [], saga: [] };
    for (let i = 0; i < ROUNDS; i += 1) {
      const order: Kind[] = i % 2 === 0 ? ['bare', 'saga'] : ['saga', 'bare'];
      for (const kind of order) took[kind].push(await run(kind));
    }
    const cpu: Record<Kind, number[]> = { bare: [], saga: [] };
    for (const kind of ['bare', 'saga', 'saga', 'bare', 'bare', 'saga'] as const)
      cpu[kind].push(await cpuMsEach(worker, () => run(kind)));
    const p50 = (kind: Kind) => quantile(took[kind], 0.5);
    const embeddedBound = fsyncMs < FSYNC_BINDS_MS ? EMBEDDED_BOUND_MS : null;
    const name = `saga of ${STEPS} no-op steps, one at a time`;
    return [
      ratioRow(`${name}, p50`, 'ms', p50('saga'), p50('bare'), LATENCY_BOUND),
      valueRow(`${name}, p50, embedded server`, 'ms', p50('saga'), embeddedBound),
      ratioRow('worker CPU per saga', 'ms CPU', mean(cpu.saga), mean(cpu.bare), CPU_BOUND),
    ];
  } finally {
    await stopBareWorker(worker);
    await connection.close();
    await server.stop();
  }
}

const tenantIdKey = defineSearchAttributeKey(TENANT_ID, SearchAttributeType.KEYWORD);
const stateKey = defineSearchAttributeKey(SAGA_STATE, SearchAttributeType.KEYWORD);

/** Milliseconds from start to the known end, as the one who waits sees it. */
async function runOne(client: Client, taskQueue: string, kind: Kind): Promise<number> {
  const tenant = randomUUID();
  const input: SagaInput = {
    operation: randomUUID(),
    tenant,
    timing: { ...DEFAULT_TIMING, settleMs: {} },
  };
  const asSaga = {
    args: [input],
    typedSearchAttributes: [
      { key: tenantIdKey, value: tenant },
      { key: stateKey, value: 'running' },
    ],
    staticSummary: 'Bench',
    priority: { fairnessKey: tenant },
  };
  const startedMs = performance.now();
  await client.workflow.execute(kind, {
    workflowId: `${kind}/${input.operation}`,
    taskQueue,
    ...(kind === 'saga' ? asSaga : {}),
  });
  return performance.now() - startedMs;
}

async function cpuMsEach(worker: ChildProcess, run: () => Promise<unknown>): Promise<number> {
  const before = await cpuMs(worker);
  for (let i = 0; i < CPU_BLOCK; i += 1) await run();
  return ((await cpuMs(worker)) - before) / CPU_BLOCK;
}

async function cpuMs(worker: ChildProcess): Promise<number> {
  worker.send('cpu');
  const [{ user, system }] = (await once(worker, 'message')) as [NodeJS.CpuUsage];
  return (user + system) / 1_000;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
