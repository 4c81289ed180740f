import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import type { NativeConnectionOptions, WorkerOptions } from '@temporalio/worker';
import type { DataConverter } from '@temporalio/common';
import { runToEnd } from './run-to-end.ts';

const RETRY_MS = 1_000;

/** Which Temporal a worker polls. */
export interface WorkerTarget {
  readonly namespace: string;
  readonly connection: NativeConnectionOptions;
  /** How payloads are written; Temporal's own way unless given. */
  readonly dataConverter?: DataConverter;
}

export interface RunningWorker {
  /** Rejects while the worker is not polling. */
  probe(): Promise<void>;
  /** Lets what runs finish, within the worker's grace time. */
  close(): Promise<void>;
}

/** One bundle of all sagas, as the sandbox loads it; failures are written there as outside. */
export function bundleSagas({ failureConverterPath }: DataConverter = {}) {
  const workflowsPath = fileURLToPath(new URL('../workflows/all.ts', import.meta.url));
  return bundleWorkflowCode({
    workflowsPath,
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
  });
}

/**
 * A Temporal worker that outlives Temporal: when the server is not there at the start, or goes away
 * for longer than the SDK bears, or it fails, it is made again. Never rejects for trouble outside.
 */
export function keepWorker(
  temporal: WorkerTarget,
  options: Omit<WorkerOptions, 'connection' | 'namespace'>,
  report: (message: string, cause: unknown) => void,
): RunningWorker {
  const stop = new AbortController();
  let worker: Worker | undefined;
  const running = (async () => {
    while (!stop.signal.aborted) {
      try {
        await runOnce(temporal, options, stop.signal, (current) => (worker = current));
      } catch (cause) {
        report(`the worker of queue ${options.taskQueue} stopped and starts again`, cause);
      }
      worker = undefined;
      if (!stop.signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  })();
  return {
    probe: async () => {
      if (worker?.getState() !== 'RUNNING') throw new Error('the worker is not connected');
    },
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

async function runOnce(
  temporal: WorkerTarget,
  options: Omit<WorkerOptions, 'connection' | 'namespace'>,
  signal: AbortSignal,
  onWorker: (worker: Worker) => void,
): Promise<void> {
  const connection = await NativeConnection.connect(temporal.connection);
  try {
    const { namespace, dataConverter } = temporal;
    const converting = dataConverter && { dataConverter };
    const worker = await Worker.create({ ...options, ...converting, connection, namespace });
    onWorker(worker);
    // On SIGTERM the SDK's runtime may have shut it down already; twice is an error to it.
    const shutdown = () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    const running = runToEnd(worker);
    if (signal.aborted) shutdown();
    else signal.addEventListener('abort', shutdown, { once: true });
    await running.finally(() => signal.removeEventListener('abort', shutdown));
  } finally {
    // A worker that is left still holds it: what is told is why it was left.
    await connection.close().catch(() => undefined);
  }
}
