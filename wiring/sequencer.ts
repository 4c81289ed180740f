import { openKeyFile } from '../adapters/key-file/signer.ts';
import { createNatsFactStream } from '../adapters/nats/fact-stream.ts';
import { createOutboxBell } from '../adapters/postgres/bell.ts';
import { createFactLog } from '../adapters/postgres/fact-log.ts';
import { createLeaderLock } from '../adapters/postgres/leader-lock.ts';
import type { Config } from './config/load.ts';
import { workerTargetOf } from './options.ts';

export interface SequencerOptions {
  readonly epoch: number;
  /** One line per trouble of the stream. */
  readonly report: (message: string, cause: unknown) => void;
}

/** All adapters of the sequencer's process, the only one that holds the key of facts. */
export function composeSequencer(config: Config, { epoch, report }: SequencerOptions) {
  const databaseUrl = config.database.url.reveal();
  const { keyFile, natsUrl, natsReplicas, logOrigin } = config.facts;
  // The configuration refuses a sequencer without it.
  if (keyFile === undefined) throw new Error('FACT_KEY_FILE is missing');
  const signer = openKeyFile(keyFile);
  const facts = createFactLog({ databaseUrl });
  const stream = createNatsFactStream({
    url: natsUrl.reveal(),
    log: logOrigin,
    epoch,
    replicas: natsReplicas,
    report,
  });
  return {
    signer,
    facts,
    stream,
    lock: createLeaderLock({ databaseUrl }),
    bell: createOutboxBell({ databaseUrl }),
    temporal: workerTargetOf(config),
    close: async () => {
      await Promise.all([facts.close(), stream.close()]);
    },
  };
}
