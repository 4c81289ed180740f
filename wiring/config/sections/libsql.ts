import { section } from '../section.ts';
import { httpUrl, secret } from '../variables.ts';

export const libsql = section({
  title: 'libSQL',
  about:
    'A database per tenant. Neither it nor Postgres for tenants: the embedded database adapter.',
  variables: {
    LIBSQL_ADMIN_URL: httpUrl.optional('Admin API of the libSQL server.'),
    LIBSQL_ADMIN_TOKEN: secret.optional('Key of the admin API, when it wants one.'),
    LIBSQL_AUTH_TOKEN: secret.optional('Token (JWT) for the databases, when they want one.'),
    LIBSQL_URL: httpUrl.optional(
      'Base URL of the databases; each is reached at `<tenant>.<its host>`.',
    ),
  },
  build: ({ LIBSQL_ADMIN_URL, LIBSQL_ADMIN_TOKEN, LIBSQL_AUTH_TOKEN, LIBSQL_URL }, refuse) => {
    if (LIBSQL_ADMIN_URL === undefined) return undefined;
    if (LIBSQL_URL === undefined) {
      refuse('LIBSQL_URL', 'is missing, and LIBSQL_ADMIN_URL needs it');
      return undefined;
    }
    return {
      adminUrl: LIBSQL_ADMIN_URL,
      adminToken: LIBSQL_ADMIN_TOKEN,
      authToken: LIBSQL_AUTH_TOKEN,
      url: LIBSQL_URL,
    };
  },
});
