// Stands in for `psql` in a test of postgres-init.sh: embedded Postgres comes without clients.
// Statement after statement, as psql does: CREATE DATABASE refuses to run beside others.
import { text } from 'node:stream/consumers';
import pg from 'pg';

const [server, database] = [process.env['SHIM_SERVER_URL'], process.argv.at(-1)];
const url = new URL(server ?? '');
url.pathname = `/${database}`;
const client = new pg.Client({ connectionString: url.href });
await client.connect();
for (const statement of (await text(process.stdin)).split(/;\s*\n/)) {
  if (statement.trim()) await client.query(statement);
}
await client.end();
