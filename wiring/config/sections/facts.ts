import { section } from '../section.ts';
import { credentialUrl, integer, logOrigin, oneOf, text } from '../variables.ts';

const MAX_REPLICAS = 5;
/** Of development; stage and prod refuse it. */
export const DEV_LOG_ORIGIN = 'tenure.localhost/dev';

export const facts = section({
  title: 'Facts and NATS',
  about: 'The signed log, and JetStream that fans it out.',
  variables: {
    FACT_LOG_ORIGIN: logOrigin.withDefault(
      DEV_LOG_ORIGIN,
      'Name of the log; it stands in every fact and in the mark on every outside object, and never changes in the life of an installation.',
    ),
    KEY_DIR: text.optional(
      'Folder with the keys that sign, one `*.key` file each (base64 of 32 bytes, mode 600): of facts, log and time. The sequencer alone needs it; `tenure keys init` makes it.',
    ),
    SIGNER: oneOf(['openssl', 'noble']).withDefault(
      'openssl',
      'Who computes signatures; the bytes are the same. `openssl` is several times as fast.',
    ),
    CHECKPOINT_DIR: text.optional(
      'Folder for the last signed checkpoint, outside the database and shared by all sequencers: a database that is older than it is not signed for. The sequencer and `tenure recover` need it.',
    ),
    NATS_URL: credentialUrl(['nats:', 'tls:']).withDefault(
      'nats://127.0.0.1:4222',
      '`nats://127.0.0.1:4222`',
      'NATS server with JetStream. The sequencer, the sinks and `tenure recover` need it.',
    ),
    NATS_REPLICAS: integer(1, MAX_REPLICAS).withDefault(
      '1',
      'Copies of the stream `TENURE_FACTS`; 3 in a cluster.',
    ),
  },
  build: ({ FACT_LOG_ORIGIN, KEY_DIR, SIGNER, CHECKPOINT_DIR, NATS_URL, NATS_REPLICAS }) => ({
    logOrigin: FACT_LOG_ORIGIN,
    keyDir: KEY_DIR,
    signer: SIGNER,
    checkpointDir: CHECKPOINT_DIR,
    natsUrl: NATS_URL,
    natsReplicas: NATS_REPLICAS,
  }),
});
