import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { createLibsqlNamespaces } from '../../adapters/libsql/adapter.ts';
import type { OwnerMark } from '../../ports/call.ts';
import * as libsql from '../../tools/servers/libsql.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { tenantDatabaseContract } from './tenant-database.ts';

const listsNoForeignBecause =
  'the server has no list of namespaces: the adapter lists what it made in a directory of its own';
const ADMIN_KEY = 'only-this-test';

tenantDatabaseContract('libSQL namespaces', make, { listsNoForeignBecause });

async function make() {
  const running = await libsql.start({ paths: await libsql.get(quiet), adminKey: ADMIN_KEY });
  const { adminUrl } = running;
  const baseUrl = `http://localhost:${running.port}`;
  const access = { adminUrl, adminKey: ADMIN_KEY, baseUrl };
  const nameOf = (tenant: string) => `tenant-${tenant}`;
  const run = (tenant: string, ...statements: string[]) =>
    pipeline(running.port, `${nameOf(tenant)}.localhost`, statements);
  return {
    databases: createLibsqlNamespaces(access),
    plant: async (tenant: string, { used, owner }: State) => {
      await fetch(`${adminUrl}/v1/namespaces/${nameOf(tenant)}/create`, {
        method: 'POST',
        headers: { authorization: `basic ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body: '{}',
      });
      if (used) await run(tenant, 'CREATE TABLE theirs (x)');
      if (!owner) return;
      const marks = Object.entries(owner).map(([part, value]) => `'${value}' AS ${part}`);
      await run(tenant, `CREATE TABLE _tenure_owner AS SELECT ${marks.join(', ')}`);
    },
    look: async (tenant: string) => {
      const others = `SELECT name FROM sqlite_master WHERE name <> '_tenure_owner'`;
      const results = await run(tenant, others, 'SELECT * FROM _tenure_owner');
      if (results === undefined) return undefined;
      const [found, marks] = results;
      const [registry, owner, operation] = marks?.[0] ?? [];
      const mark = registry && owner && operation && { registry, tenant: owner, operation };
      return { used: (found ?? []).length > 0, mark: mark || undefined };
    },
    ways: {},
    nameOf,
    use: async (url: string) => {
      const { hostname, port } = new URL(url);
      const statements = ['CREATE TABLE t (x)', "INSERT INTO t VALUES ('y')", 'SELECT x FROM t'];
      const rows = (await pipeline(Number(port), hostname, statements))?.at(-1);
      if (rows?.[0]?.[0] !== 'y') throw new Error('the database does not give back what it took');
    },
    withWrongCredentials: createLibsqlNamespaces({ ...access, adminKey: 'wrong' }),
    unreachable: createLibsqlNamespaces({
      adminUrl: 'http://127.0.0.1:1',
      baseUrl: 'http://127.0.0.1:1',
    }),
    close: () => running.stop(),
  };
}

type State = { used: boolean; owner?: OwnerMark };
type Answer = {
  results: { response?: { result?: { rows: { value: string }[][] } } }[];
};

/** Rows of each statement; undefined when the namespace is not there. */
async function pipeline(
  port: number,
  hostname: string,
  statements: readonly string[],
): Promise<(string[][] | undefined)[] | undefined> {
  const requests = statements.map((sql) => ({ type: 'execute', stmt: { sql } }));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { host: `${hostname}:${port}`, 'content-type': 'application/json' };
    request({ host: '127.0.0.1', port, path: '/v2/pipeline', method: 'POST', headers })
      .once('response', resolve)
      .once('error', reject)
      .end(JSON.stringify({ requests: [...requests, { type: 'close' }] }));
  });
  const answer = (await json(response)) as Answer;
  if (response.statusCode === 404) return undefined;
  return answer.results
    .slice(0, statements.length)
    .map((each) => each.response?.result?.rows.map((row) => row.map(({ value }) => value)));
}
