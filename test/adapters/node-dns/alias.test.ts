import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import dnsPacket from 'dns-packet';
import type { Answer, Question } from 'dns-packet';
import { createNodeDnsProof } from '../../../adapters/node-dns/domain-proof.ts';

const NAME = '_tenure-challenge.shop.victim.example';
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A name server on a port of its own, which answers by what is asked. */
async function serve(answersTo: (question: Question) => Answer[]): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closing.push(() => socket.close());
  socket.on('message', (message, { port, address }) => {
    const { id, questions = [] } = dnsPacket.decode(message);
    const answers = questions.flatMap(answersTo);
    const reply = {
      type: 'response',
      id,
      questions,
      answers,
      flags: dnsPacket.RECURSION_AVAILABLE,
    };
    socket.send(dnsPacket.encode(reply as dnsPacket.Packet), port, address);
  });
  return socket.address().port;
}

/**
 * Looks where `shop` is an alias of a name that its host has made a zone of its own; the host's
 * server says that everything is proven. `tells`: whether the resolver tells of the alias.
 */
async function look(tells: boolean): Promise<readonly string[]> {
  const thief = await serve(({ name }) => [{ type: 'TXT', name, data: 'proven' }]);
  const resolver = await serve(({ type, name }) => {
    if (name === 'ns.host.example') return [{ type: 'A', name, data: '127.0.0.1' }];
    if (name !== 'shop.victim.example') return [];
    if (type === 'CNAME' && tells) return [{ type, name, data: 'shops.host.example' }];
    return type === 'NS' ? [{ type, name, data: 'ns.host.example' }] : [];
  });
  const options = {
    resolvers: [`127.0.0.1:${resolver}`],
    nameServers: { port: thief, mayAsk: () => true },
  };
  return createNodeDnsProof(options).look(NAME, AbortSignal.timeout(10_000));
}

test('who only hosts what a name is an alias of proves nothing of it', async () => {
  expect(await look(true)).toEqual([]);
});

test('negative control: without the look for an alias, its host would be believed', async () => {
  expect(await look(false)).toEqual(['proven']);
});
