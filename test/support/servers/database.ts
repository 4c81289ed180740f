import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { server } from './server.ts';

/** The URL (superuser) of a new, empty database on the shared Postgres. */
export async function freshDatabase(): Promise<string> {
  const { url } = await server('postgres');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create database ${name} template template0`);
  } finally {
    await client.end();
  }
  const fresh = new URL(url);
  fresh.pathname = `/${name}`;
  return fresh.href;
}
