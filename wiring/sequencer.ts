import { createCheckpointFile } from '../adapters/checkpoint-file/store.ts';
import { openKeyFolder } from '../adapters/key-file/signer.ts';
import { createNatsFactStream } from '../adapters/nats/fact-stream.ts';
import { createOutboxBell } from '../adapters/postgres/bell.ts';
import { createFactLog } from '../adapters/postgres/fact-log.ts';
import { createLeaderLock } from '../adapters/postgres/leader-lock.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { Config } from './config/load.ts';
import { workerTargetOf } from './options.ts';
import { composeSealing } from './sealing.ts';

export interface SequencerOptions {
  /** One line per trouble of the stream. */
  readonly report: (message: string, cause: unknown) => void;
}

/** All adapters of the sequencer's process, the only one that holds the keys of the log. */
export function composeSequencer(config: Config, { report }: SequencerOptions) {
  const databaseUrl = config.database.url.reveal();
  const { keyDir, signer, checkpointDir, natsUrl, natsReplicas, logOrigin } = config.facts;
  // The configuration refuses a sequencer without them.
  if (keyDir === undefined || checkpointDir === undefined)
    throw new Error('KEY_DIR or CHECKPOINT_DIR is missing');
  const { dataConverter, keys: sagaKeys } = composeSealing(config, 'tenure_sequencer');
  const facts = createFactLog({ databaseUrl });
  const stream = createNatsFactStream({
    url: natsUrl.reveal(),
    log: logOrigin,
    replicas: natsReplicas,
    report,
  });
  return {
    openKeys: () => openKeyFolder(keyDir, signer),
    checkpoints: createCheckpointFile(checkpointDir),
    facts,
    stream,
    clock: systemClock,
    lock: createLeaderLock({ databaseUrl }),
    bell: createOutboxBell({ databaseUrl }),
    temporal: workerTargetOf(config, dataConverter),
    close: async () => {
      await Promise.all([facts.close(), stream.close(), sagaKeys.close()]);
    },
  };
}
