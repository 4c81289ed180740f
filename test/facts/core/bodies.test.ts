import { describe, expect, test } from '@jest/globals';
import { checkBody } from '../../../facts/core/bodies.ts';
import type { FactBodies } from '../../../facts/core/bodies.ts';
import type { FactKind, JsonValue } from '../../../facts/core/types.ts';
import { MEMBER, PROJECT, codeOf } from '../samples.ts';

const VALID: FactBodies = {
  tenant: { slug: 'acme', state: 'active', plan: 'team', isolation: 'silo', demo: false },
  project: { state: 'active' },
  membership: { state: 'pending', identity: null, roles: [] },
  grant: { member: MEMBER, project: PROJECT, roles: ['editor'] },
  role: { scope: 'tenant', permissions: ['*', 'invoice:read'] },
  product: { limits: ['seats'] },
  plan: { entitlements: [{ product: 'crm', limits: { seats: 5 } }] },
  entitlement: { product: 'crm', plan: 'team', limits: { seats: 5 }, until: null },
  'api-key': { hash: 'A'.repeat(43), scopes: ['invoices:read'], namespace: null, until: null },
  app: { roles: ['owner'] },
};
const KINDS = Object.keys(VALID) as FactKind[];

const codeOfBody = (kind: string, body: JsonValue): string | undefined =>
  codeOf(() => checkBody(kind, body));

describe.each(KINDS)('%s', (kind) => {
  const body = VALID[kind] as Record<string, JsonValue>;

  test('its body passes', () => {
    expect(codeOfBody(kind, body)).toBeUndefined();
  });
  test('an unknown member is refused: it could have narrowed the statement', () => {
    expect(codeOfBody(kind, { ...body, more: 1 })).toBe('body-invalid');
  });
  test.each(Object.keys(body))('without %s it is refused', (name) => {
    const { [name]: _, ...rest } = body;
    expect(codeOfBody(kind, rest)).toBe('body-invalid');
  });
  test.each(Object.keys(body))('with a wrong %s it is refused', (name) => {
    expect(codeOfBody(kind, { ...body, [name]: 'not @ valid' })).toBe('body-invalid');
  });
  test('a retraction has no body', () => {
    expect(codeOf(() => checkBody(kind, {}, 'retract'))).toBeUndefined();
    expect(codeOf(() => checkBody(kind, body, 'retract'))).toBe('body-invalid');
  });
});

test.each([
  ['a role twice', 'membership', { state: 'active', identity: null, roles: ['a', 'a'] }],
  ['a negative limit', 'entitlement', { ...VALID.entitlement, limits: { seats: -1 } }],
  ['an end without a time', 'entitlement', { ...VALID.entitlement, until: '2026-11-21' }],
  ['a scope twice', 'api-key', { ...VALID['api-key'], scopes: ['a', 'a'] }],
  ['a hash with unused bits', 'api-key', { ...VALID['api-key'], hash: `${'A'.repeat(42)}B` }],
  ['a wildcard inside', 'role', { scope: 'tenant', permissions: ['invoice:*'] }],
  [
    'an e-mail address as subject',
    'membership',
    { ...VALID.membership, identity: { issuer: 'https://id.example', sub: 'jane@example.com' } },
  ],
  [
    'a product twice in a plan',
    'plan',
    { entitlements: [...VALID.plan.entitlements, ...VALID.plan.entitlements] },
  ],
])('%s is refused', (_, kind, body) => {
  expect(codeOfBody(kind, body as JsonValue)).toBe('body-invalid');
});
