import { requireWith, section } from '../section.ts';
import { address, credentialUrl, integer } from '../variables.ts';

/** `max_connections` of a server is 100 unless changed. */
const MOST_CONNECTIONS = 10_000;

export const tenantPostgres = section({
  title: 'Postgres for tenants',
  about:
    'A database and a role per tenant on a server of their own. Neither it nor libSQL: the embedded database adapter.',
  variables: {
    TENANT_POSTGRES_ADMIN_URL: credentialUrl(['postgres:', 'postgresql:']).optional(
      'Connection URL of a login that may create databases and roles.',
    ),
    TENANT_POSTGRES_ADDR: address.optional(
      'host:port at which the tenants’ services reach the server.',
    ),
    TENANT_POSTGRES_MAX_CONNECTIONS: integer(1, MOST_CONNECTIONS).withDefault(
      '20',
      'Connections of one tenant at once.',
    ),
  },
  build: (values, refuse) => {
    const { TENANT_POSTGRES_ADMIN_URL: adminUrl, TENANT_POSTGRES_ADDR: reached } = values;
    if (adminUrl === undefined) return undefined;
    requireWith('TENANT_POSTGRES_ADMIN_URL', values, ['TENANT_POSTGRES_ADDR'], refuse);
    if (reached === undefined) return undefined;
    if (reached.host === undefined) {
      refuse('TENANT_POSTGRES_ADDR', 'must name a host, host:port');
      return undefined;
    }
    const host = reached.host.includes(':') ? `[${reached.host}]` : reached.host;
    return {
      adminUrl,
      address: `${host}:${reached.port}`,
      maxConnections: values.TENANT_POSTGRES_MAX_CONNECTIONS,
    };
  },
});
