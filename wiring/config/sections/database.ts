import { section } from '../section.ts';
import { credentialUrl } from '../variables.ts';

export const DEV_DATABASE_URL = 'postgres://postgres@127.0.0.1:5432/tenure';

export const database = section({
  title: 'Postgres',
  about: 'The registry’s only truth. Each process connects in its own role (`tenure_api` …).',
  variables: {
    DATABASE_URL: credentialUrl(['postgres:', 'postgresql:']).withDefault(
      DEV_DATABASE_URL,
      `\`${DEV_DATABASE_URL}\` in \`dev\`, refused otherwise`,
      'Connection URL of a login that may take the roles of Tenure (migrations: that owns them).',
    ),
  },
  build: ({ DATABASE_URL }) => ({ url: DATABASE_URL }),
});
