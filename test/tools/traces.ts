// For each server that keeps data: leave a trace in it, and find it again after a restart.
import { Connection, WorkflowClient } from '@temporalio/client';
import { KubeConfig, CoreV1Api } from '@kubernetes/client-node';
import { execFileSync } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { connect } from 'nats';
import pg from 'pg';
import type { Server, ServerName } from '../../tools/servers/registry.ts';

export type Trace<Name extends ServerName> = {
  name: Name;
  leave(server: Server<Name>): Promise<void>;
  find(server: Server<Name>): Promise<boolean>;
};

const postgres: Trace<'postgres'> = {
  name: 'postgres',
  leave: ({ url }) => query(url, 'create table trace as select 1').then(() => undefined),
  find: async ({ url }) => (await query(url, 'select * from trace')) === 1,
};

async function query(connectionString: string, sql: string): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows.length;
  } finally {
    await client.end();
  }
}

const nats: Trace<'nats'> = {
  name: 'nats',
  leave: ({ url }) =>
    withNats(url, async (connection) => {
      const manager = await connection.jetstreamManager();
      await manager.streams.add({ name: 'TRACE', subjects: ['trace'] });
      await connection.jetstream().publish('trace');
    }),
  find: ({ url }) =>
    withNats(url, async (connection) => {
      const manager = await connection.jetstreamManager();
      return (await manager.streams.info('TRACE')).state.messages === 1;
    }),
};

async function withNats<T>(
  servers: string,
  use: (connection: Awaited<ReturnType<typeof connect>>) => Promise<T>,
): Promise<T> {
  const connection = await connect({ servers });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

const temporal: Trace<'temporal'> = {
  name: 'temporal',
  leave: ({ address }) =>
    withTemporal(address, async (client) => {
      await client.start('trace', { workflowId: 'trace', taskQueue: 'nobody', args: [] });
    }),
  find: ({ address }) =>
    withTemporal(address, async (client) => {
      return (await client.getHandle('trace').describe()).status.name === 'RUNNING';
    }),
};

async function withTemporal<T>(
  address: string,
  use: (client: WorkflowClient) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new WorkflowClient({ connection }));
  } finally {
    await connection.close();
  }
}

const keycloak: Trace<'keycloak'> = {
  name: 'keycloak',
  leave: async (server) => {
    const headers = { ...(await bearer(server)), 'content-type': 'application/json' };
    const body = JSON.stringify({ realm: 'trace', enabled: true });
    const response = await fetch(`${server.url}/admin/realms`, { method: 'POST', headers, body });
    if (response.status !== 201) throw new Error(await response.text());
  },
  find: async (server) => {
    const headers = await bearer(server);
    return (await fetch(`${server.url}/admin/realms/trace`, { headers })).ok;
  },
};

async function bearer(server: Server<'keycloak'>): Promise<{ authorization: string }> {
  const { url, adminUser: username, adminPassword: password } = server;
  const response = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'admin-cli',
      username,
      password,
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return { authorization: `Bearer ${token}` };
}

const kubernetes: Trace<'kubernetes'> = {
  name: 'kubernetes',
  leave: async (server) => {
    await core(server).createNamespace({ body: { metadata: { name: 'trace' } } });
  },
  find: async (server) => {
    const { metadata } = await core(server).readNamespace({ name: 'trace' });
    return metadata?.name === 'trace';
  },
};

function core({ kubeconfigFile }: Server<'kubernetes'>): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigFile);
  return config.makeApiClient(CoreV1Api);
}

const powerdns: Trace<'powerdns'> = {
  name: 'powerdns',
  leave: async ({ apiUrl, apiKey, zone }) => {
    const rrset = { name: `trace.${zone}`, type: 'A', ttl: 60, changetype: 'REPLACE' };
    const records = [{ content: '192.0.2.1', disabled: false }];
    const response = await fetch(`${apiUrl}/api/v1/servers/localhost/zones/${zone}`, {
      method: 'PATCH',
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
      body: JSON.stringify({ rrsets: [{ ...rrset, records }] }),
    });
    if (response.status !== 204) throw new Error(await response.text());
  },
  find: resolvesTrace,
};

const knot: Trace<'knot'> = {
  name: 'knot',
  leave: async ({ host, port, zone, tsig }) => {
    const lines = [
      `server ${host} ${port}`,
      `zone ${zone}`,
      `key ${tsig.algorithm}:${tsig.name} ${tsig.secret}`,
      `update add trace.${zone} 60 A 192.0.2.1`,
      'send',
    ];
    execFileSync('nsupdate', { input: `${lines.join('\n')}\n` });
  },
  find: resolvesTrace,
};

async function resolvesTrace(dns: { host: string; port: number; zone: string }): Promise<boolean> {
  const resolver = new Resolver();
  resolver.setServers([`${dns.host}:${dns.port}`]);
  return (await resolver.resolve4(`trace.${dns.zone}`)).includes('192.0.2.1');
}

const libsql: Trace<'libsql'> = {
  name: 'libsql',
  leave: async (server) => {
    const create = `${server.adminUrl}/v1/namespaces/trace/create`;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(create, { method: 'POST', headers, body: '{}' });
    if (!response.ok) throw new Error(await response.text());
    await execute(server, 'create table trace (id)');
  },
  find: async (server) => {
    await execute(server, 'select * from trace');
    return true;
  },
};

/** The namespace is the first label of the `Host` header, which `fetch` does not let us write. */
async function execute({ host, port }: Server<'libsql'>, sql: string): Promise<void> {
  const headers = { host: 'trace.localhost', 'content-type': 'application/json' };
  const asked = request({ host, port, path: '/v2/pipeline', method: 'POST', headers });
  asked.end(JSON.stringify({ requests: [{ type: 'execute', stmt: { sql } }, { type: 'close' }] }));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const { results } = (await json(response)) as { results: { type: string }[] };
  if (results[0]?.type !== 'ok') throw new Error(JSON.stringify(results));
}

const clickhouse: Trace<'clickhouse'> = {
  name: 'clickhouse',
  leave: async (server) => {
    await tell(server, 'create table trace (id UInt8) engine = MergeTree order by id');
    await tell(server, 'insert into trace values (1)');
  },
  find: async (server) => (await tell(server, 'select id from trace')) === '1\n',
};

async function tell({ url, user, password }: Server<'clickhouse'>, sql: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const response = await fetch(url, { method: 'POST', headers: { authorization }, body: sql });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

export const traces = {
  postgres,
  nats,
  temporal,
  keycloak,
  kubernetes,
  powerdns,
  knot,
  libsql,
  clickhouse,
};
