import { startBroker, type Broker } from './broker.ts';
import { BROKER_VARIABLE } from './variable.ts';

/** Jest runs setup and teardown in one process but not in one module. */
export const brokerKey = Symbol.for('tenure.test.broker');

export default async function globalSetup(): Promise<void> {
  const broker = await startBroker();
  (globalThis as { [brokerKey]?: Broker })[brokerKey] = broker;
  process.env[BROKER_VARIABLE] = broker.socketPath; // the test processes inherit it
}
