import { afterEach, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createPowerDns } from '../../../adapters/powerdns/adapter.ts';
import { aCall } from '../../contracts/a-call.ts';

const HOST = 'acme.saas.test';
const API_KEY = 'the-api-key';
let close: (() => void) | undefined;
afterEach(() => close?.());

async function dnsBehind(onPatch: RequestListener, onGet: RequestListener = emptyZone) {
  const server = createServer((request, response) =>
    request.method === 'GET' ? onGet(request, response) : onPatch(request, response),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createPowerDns({
    apiUrl,
    apiKey: API_KEY,
    zone: 'saas.test.',
    target: 'f.test',
    ttlS: 60,
  });
}

const emptyZone: RequestListener = (_, response) => void response.end('{"rrsets":[]}');
const status =
  (code: number): RequestListener =>
  (_, response: ServerResponse) =>
    void response.writeHead(code).end('something');
const hangUp: RequestListener = (request) => void request.socket.destroy();

test.each<[string, RequestListener, string, string]>([
  ['hangs up', hangUp, 'unknown', 'unavailable'],
  ['fails', status(500), 'unknown', 'unavailable'],
  ['is cut off by its proxy', status(502), 'unknown', 'unavailable'],
  ['is busy', status(503), 'unavailable', 'unavailable'],
  ['limits the rate', status(429), 'unavailable', 'unavailable'],
  ['refuses the key', status(401), 'forbidden', 'forbidden'],
  ['refuses the right', status(403), 'forbidden', 'forbidden'],
  ['lacks the zone', status(404), 'invalid', 'invalid'],
  ['refuses the records', status(422), 'invalid', 'invalid'],
])('a server that %s', async (_, react, onChange, onRead) => {
  const changing = await dnsBehind(react);
  await expect(changing.ensure(HOST, aCall())).rejects.toMatchObject({ code: onChange });
  close?.();
  const reading = await dnsBehind(status(204), react);
  await expect(reading.ensure(HOST, aCall())).rejects.toMatchObject({ code: onRead });
  await expect(reading.inventory(aCall().signal)).rejects.toMatchObject({ code: onRead });
});

test('a call that is stopped while a change is under way has an unknown outcome', async () => {
  const stop = new AbortController();
  const dns = await dnsBehind(() => stop.abort());
  await expect(dns.ensure(HOST, aCall({}, stop.signal))).rejects.toMatchObject({ code: 'unknown' });
});

test('the mark is written before the record and dropped after it', async () => {
  const changes: string[][] = [];
  let rrsets: unknown[] = [];
  const onPatch: RequestListener = (request, response) => {
    const taken = text(request).then((sent) => {
      const body = JSON.parse(sent) as { rrsets: { name: string; type: string }[] };
      changes.push(body.rrsets.map(({ name, type }) => `${type} ${name}`));
      rrsets = body.rrsets;
      response.writeHead(204).end();
    });
    taken.catch(() => request.destroy());
  };
  const dns = await dnsBehind(
    onPatch,
    (_, response) => void response.end(JSON.stringify({ rrsets })),
  );
  const call = aCall();
  await dns.ensure(HOST, call);
  await dns.remove(HOST, call);
  const [mark, record] = [`TXT _tenure.${HOST}.`, `CNAME ${HOST}.`];
  expect(changes).toEqual([
    [mark, record],
    [record, mark],
  ]);
});

test('a host outside the zone is refused without asking anybody', async () => {
  const dns = await dnsBehind(hangUp, hangUp);
  await expect(dns.ensure('acme.other.test', aCall())).rejects.toMatchObject({ code: 'invalid' });
  await expect(dns.remove('notsaas.test', aCall())).rejects.toMatchObject({ code: 'invalid' });
});

test('the API key is in no error', async () => {
  const dns = await dnsBehind(status(401), status(401));
  const error = await dns.ensure(HOST, aCall()).catch((caught: unknown) => caught);
  const { message, stack, cause } = error as Error;
  expect([message, stack, String(cause)].join()).not.toContain(API_KEY);
});
