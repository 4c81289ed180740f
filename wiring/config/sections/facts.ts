import { section } from '../section.ts';
import { credentialUrl, integer, logOrigin, text } from '../variables.ts';

const MAX_REPLICAS = 5;

export const facts = section({
  title: 'Facts and NATS',
  about: 'The signed log, and JetStream that fans it out.',
  variables: {
    FACT_LOG_ORIGIN: logOrigin.withDefault(
      'tenure.localhost/dev',
      'Name of the log; it stands in every fact and never changes in the life of an installation.',
    ),
    FACT_KEY_FILE: text.optional(
      'File with the signing key (base64 of 32 bytes, mode 600). The sequencer alone needs it.',
    ),
    NATS_URL: credentialUrl(['nats:', 'tls:']).withDefault(
      'nats://127.0.0.1:4222',
      '`nats://127.0.0.1:4222`',
      'NATS server with JetStream. The sequencer alone needs it.',
    ),
    NATS_REPLICAS: integer(1, MAX_REPLICAS).withDefault(
      '1',
      'Copies of the stream `TENURE_FACTS`; 3 in a cluster.',
    ),
  },
  build: ({ FACT_LOG_ORIGIN, FACT_KEY_FILE, NATS_URL, NATS_REPLICAS }) => ({
    logOrigin: FACT_LOG_ORIGIN,
    keyFile: FACT_KEY_FILE,
    natsUrl: NATS_URL,
    natsReplicas: NATS_REPLICAS,
  }),
});
