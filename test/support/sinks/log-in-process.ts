import { runSelfTest } from '../../../facts/crypto/self-test.ts';
import { KeyRing } from '../../../registry/key-ring.ts';
import { logDuties } from '../../../registry/log-duties.ts';
import { Publisher } from '../../../registry/publisher.ts';
import { Sequencer } from '../../../registry/sequencer.ts';
import { loadConfig } from '../../../wiring/config/load.ts';
import { composeSequencer } from '../../../wiring/sequencer.ts';

/** The sequencer as its process has it, but for the queue of the sagas: nobody needs Temporal. */
export function runLog(environment: Record<string, string>) {
  runSelfTest();
  const config = loadConfig('sequencer', environment);
  const report = () => undefined; // tests take NATS away
  const ports = composeSequencer(config, { report });
  const log = config.facts.logOrigin;
  const publisher = new Publisher(ports.stream, ports.facts);
  const duties = logDuties({
    ...ports,
    log,
    keys: new KeyRing(log, ports.openKeys, ports.facts),
    store: ports.facts,
    publisher,
  });
  const sequencer = new Sequencer({ ...ports, ...duties, publisher, report });
  const closing = new AbortController();
  const running = sequencer.run(closing.signal);
  return {
    close: async () => {
      closing.abort();
      await running;
      await ports.close();
    },
  };
}
