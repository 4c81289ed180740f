import { expect, test } from '@jest/globals';
import pg from 'pg';
import { freshDatabase } from '../support/servers/database.ts';
import { server } from '../support/servers/server.ts';

test('all who ask get the same server', async () => {
  const [first, second] = await Promise.all([server('nats'), server('nats')]);
  expect(second).toEqual(first);
  expect((await fetch(`${first.monitorUrl}/healthz`)).status).toBe(200);
});

test('each fresh database is empty and its own', async () => {
  const urls = [await freshDatabase(), await freshDatabase()];
  expect(urls[0]).not.toBe(urls[1]);
  for (const connectionString of urls) {
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query('create table mine (id int)');
    await client.end();
  }
});

test('a server that nobody knows is an error that names those there are', async () => {
  await expect(server('mysql' as 'nats')).rejects.toThrow(/no server \/mysql; there are: postgres/);
});
