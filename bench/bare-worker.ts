import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TemporalServer } from '../tools/servers/temporal.ts';

/** Of what `saga-workflows.ts` has, in a process of its own: with the settings of the product's. */
export async function startBareWorker(
  { address, namespace }: Pick<TemporalServer, 'address' | 'namespace'>,
  queue: string,
): Promise<ChildProcess> {
  const entry = fileURLToPath(new URL('saga-worker-main.ts', import.meta.url));
  const worker = fork(entry, [address, namespace, queue], { silent: true });
  await once(worker, 'message');
  return worker;
}

export async function stopBareWorker(worker: ChildProcess): Promise<void> {
  worker.disconnect();
  await once(worker, 'exit');
}
