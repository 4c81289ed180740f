import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createNodeDnsProof, PUBLIC } from '../../../adapters/node-dns/domain-proof.ts';
import type { NameServers } from '../../../adapters/node-dns/domain-proof.ts';
import type { DomainProof } from '../../../ports/domain-proof.ts';
import { startFakeZone, type Says } from './fake-zone.ts';

const [RESOLVER, OWN] = ['127.0.0.1', '127.0.0.2'];
const NAME = '_tenure-challenge.shop.example.com';
const ZONE: Says = { 'NS example.com': ['ns1.example.net'], 'A ns1.example.net': [OWN] };

let [resolverSays, zoneSays]: [Says, Says] = [{}, {}];
let resolver: Awaited<ReturnType<typeof startFakeZone>>;
let own: Awaited<ReturnType<typeof startFakeZone>>;
let proof: DomainProof;
beforeAll(async () => {
  resolver = await startFakeZone(RESOLVER, () => resolverSays);
  own = await startFakeZone(OWN, () => zoneSays, resolver.port);
  proof = proofBy({ port: own.port, mayAsk: () => true });
});
beforeEach(() => {
  own.asked.length = 0;
});
afterAll(async () => {
  await Promise.all([resolver.close(), own.close()]);
});

const proofBy = (nameServers: NameServers) =>
  createNodeDnsProof({ resolvers: [`${RESOLVER}:${resolver.port}`], nameServers });
const look = (by = proof) => by.look(NAME, AbortSignal.timeout(10_000));

describe('the zone’s own servers', () => {
  test('are asked: what a resolver remembers, or remembers as absent, does not count', async () => {
    resolverSays = { ...ZONE, [`TXT ${NAME}`]: ['old'] };
    zoneSays = { [`TXT ${NAME}`]: ['new'] };
    expect(await look()).toEqual(['new']);
    resolverSays = ZONE;
    expect(await look()).toEqual(['new']);
  });

  test('are those of the nearest zone above the name', async () => {
    resolverSays = {
      ...ZONE,
      'NS shop.example.com': ['ns2.example.net'],
      'A ns2.example.net': [OWN],
    };
    resolverSays = { ...resolverSays, 'NS example.com': ['ns.invalid'] };
    zoneSays = { [`TXT ${NAME}`]: ['new'] };
    expect(await look()).toEqual(['new']);
  });

  test.each(['SERVFAIL', 'REFUSED'] as const)(
    'that say %s are passed over: the resolver is asked',
    async (code) => {
      resolverSays = { ...ZONE, [`TXT ${NAME}`]: ['seen'] };
      zoneSays = { [`TXT ${NAME}`]: code };
      expect(await look()).toEqual(['seen']);
      expect(own.asked).toContain(`TXT ${NAME}`);
    },
  );

  test('that cannot be reached from here are passed over', async () => {
    resolverSays = { ...ZONE, [`TXT ${NAME}`]: ['seen'] };
    expect(await look(proofBy({ port: 1, mayAsk: () => true }))).toEqual(['seen']);
  });
});

test('in our own network none is asked: the resolver is', async () => {
  resolverSays = { ...ZONE, [`TXT ${NAME}`]: ['seen'] };
  zoneSays = { [`TXT ${NAME}`]: ['new'] };
  expect(await look(proofBy({ ...PUBLIC, port: own.port }))).toEqual(['seen']);
  expect(own.asked).toEqual([]);
});

test.each([
  ...['127.0.0.1', '10.0.0.53', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'],
  ...['::1', 'fe80::1', 'fd00::53', '::ffff:10.0.0.53', '64:ff9b::a00:35'],
])('%s is no public name server', (address) => {
  expect(PUBLIC.mayAsk(address)).toBe(false);
});

test.each(['192.5.6.30', '2001:503:a83e::2:30'])('%s is one', (address) => {
  expect(PUBLIC.mayAsk(address)).toBe(true);
});

test('of a registry nobody is asked: it serves no name of ours', async () => {
  resolverSays = { 'NS com': ['ns1.example.net'], 'A ns1.example.net': [OWN] };
  expect(await look()).toEqual([]);
  expect(own.asked).toEqual([]);
});

test('a zone that is broken shows nothing, and stops nobody', async () => {
  resolverSays = { 'NS example.com': 'SERVFAIL', [`TXT ${NAME}`]: 'SERVFAIL' };
  expect(await look()).toEqual([]);
});

test('the probe takes any answer for one', async () => {
  resolverSays = { 'SOA .': 'REFUSED' };
  await expect(proof.probe(AbortSignal.timeout(10_000))).resolves.toBeUndefined();
});
