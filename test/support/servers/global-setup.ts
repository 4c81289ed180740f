import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker, type Broker } from './broker.ts';
import { BROKER_VARIABLE } from './variable.ts';

/** Where Node keeps what it compiled of a process's modules, for the next such process. */
const COMPILED = join(tmpdir(), 'tenure-test-compiled');

/** Jest runs setup and teardown in one process but not in one module. */
export const brokerKey = Symbol.for('tenure.test.broker');

export default async function globalSetup(): Promise<void> {
  const broker = await startBroker();
  (globalThis as { [brokerKey]?: Broker })[brokerKey] = broker;
  // Test processes inherit both, and so do the hundreds of processes that they start.
  process.env[BROKER_VARIABLE] = broker.socketPath;
  process.env['NODE_COMPILE_CACHE'] ??= COMPILED;
}
