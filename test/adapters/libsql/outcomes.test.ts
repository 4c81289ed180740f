import { afterEach, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createLibsqlNamespaces } from '../../../adapters/libsql/adapter.ts';
import { aCall } from '../../contracts/a-call.ts';

let close: (() => void) | undefined;
afterEach(() => close?.());

const status =
  (code: number, body = '{}'): RequestListener =>
  (_, response) =>
    void response.writeHead(code).end(body);
const hangUp: RequestListener = (request) => void request.socket.destroy();
const created = status(200);
const noNamespace = status(404, '{"error":"Namespace doesn\'t exist"}');

/** Databases behind a server whose admin API and database API react like this. */
async function databasesBehind(admin: RequestListener, database: RequestListener) {
  const server = createServer((request, response) =>
    request.url?.startsWith('/v1/') ? admin(request, response) : database(request, response),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createLibsqlNamespaces({ adminUrl: url, adminKey: 'the-key', baseUrl: url });
}

test.each<[string, RequestListener, string, string]>([
  ['hangs up', hangUp, 'unknown', 'unavailable'],
  ['fails', status(500), 'unknown', 'unavailable'],
  ['is busy', status(503), 'unavailable', 'unavailable'],
  ['refuses the credentials', status(401), 'forbidden', 'forbidden'],
  ['refuses the request', status(400), 'invalid', 'invalid'],
])('a server that %s', async (_, react, onChange, onRead) => {
  const changing = await databasesBehind(react, noNamespace);
  await expect(changing.ensure(aCall())).rejects.toMatchObject({ code: onChange });
  close?.();
  const reading = await databasesBehind(created, react);
  await expect(reading.ensure(aCall())).rejects.toMatchObject({ code: onRead });
  await expect(reading.remove(aCall())).rejects.toMatchObject({ code: onRead });
  await expect(reading.inventory(aCall().signal)).rejects.toMatchObject({ code: onRead });
});

test('an answer that is no pipeline answer is not taken for an empty database', async () => {
  const databases = await databasesBehind(created, status(200, '{"results":[]}'));
  await expect(databases.remove(aCall())).rejects.toMatchObject({ code: 'unavailable' });
});

test('a call that is stopped while a creation is under way has an unknown outcome', async () => {
  const stop = new AbortController();
  const databases = await databasesBehind(() => stop.abort(), noNamespace);
  const stopped = databases.ensure(aCall({}, stop.signal));
  await expect(stopped).rejects.toMatchObject({ code: 'unknown' });
});

test('the credentials are in no error', async () => {
  const databases = await databasesBehind(status(401), noNamespace);
  const error = await databases.ensure(aCall()).catch((caught: unknown) => caught);
  const { message, stack, cause } = error as Error;
  expect([message, stack, String(cause)].join()).not.toContain('the-key');
});
