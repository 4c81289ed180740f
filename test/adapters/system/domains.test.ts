import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createDomainChallenges } from '../../../adapters/system/domain-challenges.ts';
import { domainNames } from '../../../adapters/system/domain-names.ts';

test.each([
  ['shop.example.com', 'shop.example.com'],
  ['Shop.Example.COM.', 'shop.example.com'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['BÜCHER.example', 'xn--bcher-kva.example'],
  ['faß.de', 'xn--fa-hia.de'],
  ['shop。example', 'shop.example'], // the ideographic full stop is one (UTS 46)
  ['\u212Aelvin.example', 'kelvin.example'], // so is the Kelvin sign a k
])('%s is %s to DNS', (text, ascii) => expect(domainNames.toAscii(text)).toBe(ascii));

test.each([
  '',
  '.',
  'a b.example',
  'shop.example/path',
  'user@shop.example',
  'shop.example:443',
  'shop.example?q',
  'shop.example#h',
  'shop%2eexample',
  '192.0.2.7',
  '127.1', // short forms of addresses are addresses
  '0x7f.1',
  '2001:db8::1',
  '[2001:db8::1]',
  '\u0000.example',
])('%j is no domain name', (text) => expect(domainNames.toAscii(text)).toBeUndefined());

test.each(['com', 'co.uk', 'kawasaki.jp', 'github.io'])('people register below %s', (name) =>
  expect(domainNames.isPublicSuffix(name)).toBe(true),
);

test.each(['example.com', 'example.co.uk', 'city.kawasaki.jp', 'acme.github.io', 'shop.example'])(
  '%s is somebody’s own',
  (name) => expect(domainNames.isPublicSuffix(name)).toBe(false),
);

test('a record’s text is bound to tenant, claim and key, and tells none of them', () => {
  const [tenant, claim] = [randomUUID(), randomUUID()];
  const { textOf } = createDomainChallenges(new Uint8Array(32));
  const text = textOf(tenant, claim);
  expect(text).toMatch(/^tenure-domain=[\w-]{43}$/);
  expect(textOf(tenant, claim)).toBe(text);
  const different = [
    textOf(randomUUID(), claim),
    textOf(tenant, randomUUID()),
    createDomainChallenges(new Uint8Array(32).fill(1)).textOf(tenant, claim),
  ];
  expect(new Set([text, ...different]).size).toBe(4);
});
