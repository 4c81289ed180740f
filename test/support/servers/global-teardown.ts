import type { Broker } from './broker.ts';
import { brokerKey } from './global-setup.ts';

export default async function globalTeardown(): Promise<void> {
  await (globalThis as { [brokerKey]?: Broker })[brokerKey]?.stop();
}
