import { createCheckpointFile } from '../adapters/checkpoint-file/store.ts';
import { createNatsFactStream } from '../adapters/nats/fact-stream.ts';
import { createFactLog } from '../adapters/postgres/fact-log.ts';
import { createLeaderLock } from '../adapters/postgres/leader-lock.ts';
import { createRecoveryStore } from '../adapters/postgres/recovery.ts';
import type { FactSource } from '../ports/recovery.ts';
import type { Config } from './config/load.ts';

/** What `tenure recover` works on; undefined while `CHECKPOINT_DIR` is not set. */
export function composeRecovery(config: Config) {
  const databaseUrl = config.database.url.reveal();
  const { checkpointDir, natsUrl, natsReplicas, logOrigin } = config.facts;
  if (checkpointDir === undefined) return undefined;
  const facts = createFactLog({ databaseUrl });
  const recovery = createRecoveryStore({ databaseUrl });
  const stream = createNatsFactStream({
    url: natsUrl.reveal(),
    log: logOrigin,
    replicas: natsReplicas,
    report: () => undefined,
  });
  const jetStream: FactSource = {
    name: 'JetStream',
    read: () => stream.readAll(),
    keySet: () => Promise.resolve(undefined),
  };
  return {
    log: logOrigin,
    lock: createLeaderLock({ databaseUrl }),
    store: facts,
    facts,
    recovery,
    stream,
    jetStream,
    checkpoints: createCheckpointFile(checkpointDir),
    tenantDomain: config.service.tenantDomain,
    close: async () => {
      await Promise.all([facts.close(), recovery.close(), stream.close()]);
    },
  };
}
