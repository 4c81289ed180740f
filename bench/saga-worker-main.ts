import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { BenchActivities } from './saga-workflows.ts';

/* A worker in a process of its own, so that its processor time can be told from the client's. */

const [address = '', namespace = '', taskQueue = ''] = process.argv.slice(2);

const activities: BenchActivities = {
  bareNoop: async () => {},
  noop: async () => ({ attempt: 1, value: undefined }),
  probe: async () => {},
  recordProgress: async () => {},
  undoAcceptance: async () => {},
};

const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue,
  workflowsPath: fileURLToPath(new URL('saga-workflows.ts', import.meta.url)),
  activities,
});
process.on('message', () => process.send?.(process.cpuUsage()));
process.on('disconnect', () => worker.shutdown());
process.send?.('ready');
await worker.run();
await connection.close();
