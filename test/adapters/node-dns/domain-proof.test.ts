import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createNodeDnsProof } from '../../../adapters/node-dns/domain-proof.ts';
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
  proof = proofBy({ authoritativePort: own.port });
});
beforeEach(() => {
  own.asked.length = 0;
});
afterAll(async () => {
  await Promise.all([resolver.close(), own.close()]);
});

const proofBy = (options: { readonly authoritativePort?: number }) =>
  createNodeDnsProof({ resolvers: [`${RESOLVER}:${resolver.port}`], ...options });
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
    expect(await look(proofBy({ authoritativePort: 1 }))).toEqual(['seen']);
  });
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
