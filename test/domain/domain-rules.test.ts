import { expect, test } from '@jest/globals';
import {
  challengeNameOf,
  checkDomain,
  DOMAIN_STATES,
  removeDomainInputOf,
} from '../../domain/custom-domain.ts';
import type { CustomDomain, DomainState } from '../../domain/custom-domain.ts';
import { activateDomain, freeDomain, removeDomain } from '../../domain/domain-rules.ts';
import { TENANT_STATES } from '../../domain/tenant.ts';
import { assureDecided, refusalOf, TENANT, tenantOf, viewOf } from './views.ts';

const NOW = 5_000;
const OURS = 'saas.test';

const domainOf = (state: DomainState): CustomDomain => ({
  id: '44444444-4444-4444-8444-444444444444',
  tenant: TENANT,
  name: 'shop.example',
  state,
  claimedAtMs: 1_000,
  provenAtMs: 2_000,
  endedAtMs: null,
  lostTo: null,
});

const others = (...states: readonly DomainState[]) =>
  DOMAIN_STATES.filter((state) => !states.includes(state));

test('a name that is proven becomes the tenant’s; in no other state it does', () => {
  const domain = domainOf('proven');
  expect(assureDecided(activateDomain(viewOf({ domain }), {}, NOW))).toEqual({
    changes: [{ type: 'domain', domain: { ...domain, state: 'active' } }],
    facts: [],
    audit: [{ action: 'domain.activated', target: `domain:${domain.id}`, detail: {} }],
  });
  for (const state of others('proven'))
    expect(refusalOf(activateDomain(viewOf({ domain: domainOf(state) }), {}, NOW))).toBe(
      'domain-state',
    );
  expect(refusalOf(activateDomain(viewOf(), {}, NOW))).toBe('domain-state');
});

test.each(TENANT_STATES.filter((state) => state !== 'active' && state !== 'trial'))(
  'a tenant that is %s gets no domain, and loses one that it takes back',
  (state) => {
    const tenant = tenantOf({ state });
    const proven = viewOf({ tenant, domain: domainOf('proven') });
    expect(refusalOf(activateDomain(proven, {}, NOW))).toBe('tenant-state');
    const active = viewOf({ tenant, domain: domainOf('active') });
    expect(refusalOf(removeDomain(active, {}, NOW))).toBe('decided');
  },
);

test('what leads somewhere is reserved until it does no more; a mere claim ends at once', () => {
  const removed = (state: DomainState) =>
    assureDecided(removeDomain(viewOf({ domain: domainOf(state) }), {}, NOW)).changes;
  expect(removed('active')).toMatchObject([{ domain: { state: 'removing', endedAtMs: null } }]);
  expect(removed('claimed')).toMatchObject([{ domain: { state: 'removed', endedAtMs: NOW } }]);
  for (const state of others('active', 'claimed'))
    expect(refusalOf(removeDomain(viewOf({ domain: domainOf(state) }), {}, NOW))).toBe(
      'domain-state',
    );
});

test('freeing ends a removal, and changes nothing else', () => {
  const freed = (state: DomainState) =>
    assureDecided(freeDomain(viewOf({ domain: domainOf(state) }), {}, NOW)).changes;
  expect(freed('removing')).toMatchObject([{ domain: { state: 'removed', endedAtMs: NOW } }]);
  for (const state of others('removing')) expect(freed(state)).toEqual([]);
});

test.each([
  ['shop.example', undefined],
  ['xn--bcher-kva.example', undefined],
  [undefined, 'domain-malformed'],
  ['shop', 'domain-malformed'],
  ['a..example', 'domain-malformed'],
  ['a_b.example', 'domain-malformed'],
  ['-a.example', 'domain-malformed'],
  [`${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(50)}`, 'domain-malformed'],
  [OURS, 'domain-ours'],
  [`acme.${OURS}`, 'domain-ours'],
  [`not${OURS}`, undefined],
] as const)('a tenant may claim %s: %s', (ascii, problem) => {
  expect(checkDomain({ ascii, isPublicSuffix: false }, OURS)).toBe(problem);
});

test('nobody claims a public suffix', () => {
  expect(checkDomain({ ascii: 'co.uk', isPublicSuffix: true }, OURS)).toBe('domain-suffix');
});

test('the record is below the name, apart from what the name itself is used for', () => {
  expect(challengeNameOf('shop.example')).toBe('_tenure-challenge.shop.example');
});

test('the input of another kind is a bug', () => {
  expect(() => removeDomainInputOf({})).toThrow(TypeError);
  expect(removeDomainInputOf({ domain: 'd' })).toEqual({ domain: 'd' });
});
