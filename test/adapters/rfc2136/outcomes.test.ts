import { afterEach, expect, test } from '@jest/globals';
import type { Socket } from 'node:net';
import { createRfc2136 } from '../../../adapters/rfc2136/adapter.ts';
import { aCall } from '../../contracts/a-call.ts';
import { answerTo, KEY, macOf, signAnswer, startFakeServer } from './fake-server.ts';
import type { Reaction, Stamp } from './fake-server.ts';

const HOST = 'acme.saas.test';
const SERVFAIL = 2;
const REFUSED = 5;
const NOTAUTH = 9;
const NOTZONE = 10;
let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

async function dnsBehind(react: Reaction) {
  const server = await startFakeServer(react);
  close = server.close;
  const to = { server: '127.0.0.1', port: server.port, zone: 'saas.test', key: KEY };
  return createRfc2136({ ...to, target: '192.0.2.1', ttlS: 60, clock: { nowMs: Date.now } });
}

function signed(rcode: number, stamp?: Stamp): Reaction {
  return (request) => [signAnswer(answerTo(request, rcode), macOf(request), stamp).message];
}

const unsigned =
  (rcode: number): Reaction =>
  (request) => [answerTo(request, rcode)];

const hangUp: Reaction = (_, socket: Socket) => {
  socket.destroy();
  return [];
};

const tampered: Reaction = (request, socket) => {
  const [message] = signed(0)(request, socket);
  message?.writeUInt8(0x20, 3);
  return message ? [message] : [];
};

const anotherId: Reaction = (request) => {
  const answer = answerTo(request, 0);
  answer.writeUInt16BE(request.readUInt16BE(0) ^ 1);
  return [signAnswer(answer, macOf(request)).message];
};

test.each<[string, Reaction, string, string]>([
  ['hangs up on the request', hangUp, 'unknown', 'unavailable'],
  ['answers success without a signature', unsigned(0), 'unknown', 'unavailable'],
  [
    'answers success by another secret',
    signed(0, { secret: Buffer.alloc(32) }),
    'unknown',
    'unavailable',
  ],
  ['answers bytes that were changed on the way', tampered, 'unknown', 'unavailable'],
  ['answers another request', anotherId, 'unknown', 'unavailable'],
  ['answers no DNS', () => [Buffer.from('no DNS')], 'unknown', 'unavailable'],
  ['fails', signed(SERVFAIL), 'unknown', 'unavailable'],
  ['refuses, signed', signed(REFUSED), 'forbidden', 'forbidden'],
  ['refuses, unsigned', unsigned(REFUSED), 'forbidden', 'forbidden'],
  ['does not know the key', unsigned(NOTAUTH), 'forbidden', 'forbidden'],
  ['says that the clocks differ', signed(NOTAUTH, { error: 18 }), 'forbidden', 'forbidden'],
  ['does not take the update', signed(NOTZONE), 'invalid', 'invalid'],
])('a server that %s', async (_, react, onUpdate, onQuery) => {
  const dns = await dnsBehind(react);
  const code = (expected: string) => ({ code: expected, port: 'dns' });
  await expect(dns.ensure(HOST, aCall())).rejects.toMatchObject(code(onUpdate));
  // The first thing that a removal does is a query: it has no effect that could be in doubt.
  await expect(dns.remove(HOST, aCall())).rejects.toMatchObject(code(onQuery));
  await expect(dns.inventory(aCall().signal)).rejects.toMatchObject(code(onQuery));
});

test('control: the same server with the right signature is believed', async () => {
  const dns = await dnsBehind(signed(0));
  await expect(dns.ensure(HOST, aCall())).resolves.toBeUndefined();
  await expect(dns.remove(HOST, aCall())).resolves.toBeUndefined();
});

test('a call that is stopped while the server is silent has an unknown outcome', async () => {
  const stop = new AbortController();
  const dns = await dnsBehind(() => {
    stop.abort();
    return [];
  });
  await expect(dns.ensure(HOST, aCall({}, stop.signal))).rejects.toMatchObject({ code: 'unknown' });
});

test.each(['saas.test', 'acme.other.test', 'notsaas.test'])(
  'a host outside the zone (%s) is refused without asking anybody',
  async (host) => {
    let asked = 0;
    const dns = await dnsBehind(() => {
      asked += 1;
      return [];
    });
    await expect(dns.ensure(host, aCall())).rejects.toMatchObject({ code: 'invalid' });
    await expect(dns.remove(host, aCall())).rejects.toMatchObject({ code: 'invalid' });
    expect(asked).toBe(0);
  },
);

test('the secret is in no error', async () => {
  const dns = await dnsBehind(unsigned(NOTAUTH));
  const error = await dns.ensure(HOST, aCall()).catch((caught: unknown) => caught);
  const { message, stack, cause } = error as Error;
  expect([message, stack, String(cause), JSON.stringify(cause)].join()).not.toContain(KEY.secret);
});
