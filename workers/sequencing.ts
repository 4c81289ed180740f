import { pino } from 'pino';
import { createSigningActivities } from '../activities/signing.ts';
import { runSelfTest } from '../facts/crypto/self-test.ts';
import { KeyRing } from '../registry/key-ring.ts';
import { logDuties, snapshotting } from '../registry/log-duties.ts';
import { Publisher } from '../registry/publisher.ts';
import { Sequencer } from '../registry/sequencer.ts';
import { Snapshotter } from '../registry/snapshotter.ts';
import type { Config } from '../wiring/config/load.ts';
import type { Running } from '../wiring/process.ts';
import { composeSequencer } from '../wiring/sequencer.ts';
import { FACTS_QUEUE } from '../workflows/shared/contract.ts';
import { serveHealth } from './health.ts';
import { keepWorker } from './saga-worker.ts';

type Signing = ReturnType<typeof createSigningActivities>;

/**
 * Signs and fans out; answers the sagas' `sign` step. The one process that holds keys.
 * `answering`: what stands between the sagas and their `sign`, for proofs.
 */
export async function startSequencing(
  config: Config,
  answering = (activities: Signing): Signing => activities,
): Promise<Running> {
  runSelfTest();
  const console = pino({ base: { process: 'sequencer' } });
  const report = (message: string, cause: unknown) => console.warn({ err: cause }, message);
  const ports = composeSequencer(config, { report });
  const publisher = new Publisher(ports.stream, ports.facts);
  const log = config.facts.logOrigin;
  const keys = new KeyRing(log, ports.openKeys, ports.facts);
  const { duties, ...leading } = logDuties({
    ...ports,
    log,
    keys,
    store: ports.facts,
    publisher,
  });
  const snapshots = snapshotting(new Snapshotter({ log, keys, store: ports.facts }));
  const sequencer = new Sequencer({
    ...{ ...ports, ...leading, publisher, report },
    duties: [...duties, snapshots],
  });
  const closing = new AbortController();
  const running = sequencer.run(closing.signal);
  const probeStore = () => ports.facts.shardPositions();
  const worker = keepWorker(
    ports.temporal,
    {
      taskQueue: FACTS_QUEUE,
      activities: answering(
        createSigningActivities({
          waitFor: (ids, signal) => sequencer.waitFor(ids, signal),
          probeStore,
          report,
        }),
      ),
    },
    report,
  );
  const health = await serveHealth(config.service, { worker: worker.probe, postgres: probeStore });
  console.info({ port: health.port }, 'sequencing');
  return {
    close: async () => {
      closing.abort();
      await Promise.all([worker.close(), running, health.close()]);
      await ports.close();
    },
  };
}
