import pg from 'pg';
import type { PostgresServer } from '../tools/servers/postgres.ts';

/** The URL of a new database, as superuser. */
export async function freshDatabase(server: PostgresServer, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  return server.urlOf(name);
}
