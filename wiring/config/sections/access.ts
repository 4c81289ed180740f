import { section } from '../section.ts';
import { secretKey, token } from '../variables.ts';

/*
 * Well-known values, so that a first try needs no settings. They protect nothing: stage and prod
 * refuse them, and in dev the API listens on this machine only (sections/service.ts).
 */
export const DEV_OPERATOR_TOKEN = 'dev-operator-token';
export const DEV_READER_TOKEN = 'dev-reader-token';
export const DEV_SECRETS_KEY = Buffer.from('tenure development secrets key!!').toString('base64');

const DEV_ONLY = 'a well-known value in `dev`, refused otherwise';

export const access = section({
  title: 'Access',
  about: 'Who may call the API, and the key that seals secrets at rest.',
  variables: {
    OPERATOR_TOKEN: token.withDefault(
      DEV_OPERATOR_TOKEN,
      `\`${DEV_OPERATOR_TOKEN}\` in \`dev\`, refused otherwise`,
      'Bearer token that every API route but the health ones wants; the CLI sends it.',
    ),
    READER_TOKEN: token.withDefault(
      DEV_READER_TOKEN,
      `\`${DEV_READER_TOKEN}\` in \`dev\`, refused otherwise`,
      'Bearer token with which data planes read `/v1/facts` and nothing else.',
    ),
    SECRETS_KEY: secretKey.withDefault(
      DEV_SECRETS_KEY,
      DEV_ONLY,
      'Base64 of 32 bytes. Seals client secrets and database tokens at rest; keep it as safe as the database.',
    ),
  },
  build: ({ OPERATOR_TOKEN, READER_TOKEN, SECRETS_KEY }, refuse) => {
    if (OPERATOR_TOKEN.reveal() === READER_TOKEN.reveal())
      refuse('READER_TOKEN', 'must differ from OPERATOR_TOKEN');
    return { operatorToken: OPERATOR_TOKEN, readerToken: READER_TOKEN, secretsKey: SECRETS_KEY };
  },
});
