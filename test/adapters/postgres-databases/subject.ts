import { randomUUID } from 'node:crypto';
import pg from 'pg';
import {
  createPostgresDatabases,
  PASSWORD_SECRET,
} from '../../../adapters/postgres-databases/adapter.ts';
import { keepSecrets } from '../keycloak/secrets.ts';
import { server } from '../../support/servers/server.ts';

export const MAX_CONNECTIONS = 3;

/** Tenants' databases on the shared server, by a login with no more rights than the page names. */
export async function aTenantServer() {
  const { host, port, url } = await server('postgres');
  const [login, password] = [`admin-${randomUUID()}`, randomUUID()];
  await run(
    url,
    `create role "${login}" login createdb createrole password '${password}';
     grant pg_signal_backend to "${login}"`,
  );
  const address = `${host}:${port}`;
  const adminUrl = `postgres://${login}:${password}@${address}/postgres`;
  const secrets = keepSecrets();
  const options = { adminUrl, address, maxConnections: MAX_CONNECTIONS };
  return {
    ...{ address, secrets, options, login, adminUrl, superUrl: url },
    databases: createPostgresDatabases(options, secrets),
    /** The superuser's or the login's way into a database. */
    at: (database: string, as = url) => Object.assign(new URL(as), { pathname: database }).href,
    /** The handle's address with the password of its tenant. */
    asTenant: (handleUrl: string) => {
      const tenantUrl = new URL(handleUrl);
      const tenant = tenantUrl.username.replace('tenant-', '');
      tenantUrl.password = secrets.held.get(`${tenant}/${PASSWORD_SECRET}`) ?? 'none';
      return tenantUrl.href;
    },
  };
}

/** Rows of the last statement. */
export async function run(connectionString: string, sql: string): Promise<Row[]> {
  return connected(connectionString, async (client) => {
    const results: unknown = await client.query(sql);
    return ([results].flat().at(-1) as pg.QueryResult<Row>).rows;
  });
}

type Row = Record<string, unknown>;

export async function connected<T>(
  connectionString: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}
