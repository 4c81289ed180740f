import { expect, test } from '@jest/globals';
import { createInvitationTokens } from '../../adapters/system/invitation-tokens.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { formatInvitationToken, placeOfToken } from '../../registry/invitation-token.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const INVITATION = '44444444-4444-4444-8444-444444444444';
const { secretOf } = createInvitationTokens(new Uint8Array(32).fill(1));
const TOKEN = formatInvitationToken(TENANT, secretOf(TENANT, INVITATION, 1));

test('a token has 256 bits, names its tenant, and fits into a path', () => {
  expect(secretOf(TENANT, INVITATION, 1)).toHaveLength(32);
  expect(TOKEN).toMatch(/^[\w-]{64}$/);
  expect(placeOfToken(TOKEN).tenant).toBe(TENANT);
});

test('a mailing has one token, and no other mailing, invitation, tenant or key has it', () => {
  const other = createInvitationTokens(new Uint8Array(32).fill(2));
  const secrets = [
    secretOf(TENANT, INVITATION, 1),
    secretOf(TENANT, INVITATION, 2),
    secretOf(TENANT, TENANT, 1),
    secretOf(INVITATION, INVITATION, 1),
    other.secretOf(TENANT, INVITATION, 1),
  ];
  expect(new Set(secrets.map((secret) => secret.toString())).size).toBe(secrets.length);
  expect(secretOf(TENANT, INVITATION, 1)).toEqual(secrets[0]);
});

test('the hash is that of all its bytes, in a domain of its own', () => {
  const changed = `${TOKEN.slice(0, -1)}${TOKEN.endsWith('A') ? 'B' : 'A'}`;
  expect(placeOfToken(changed).hash).not.toEqual(placeOfToken(TOKEN).hash);
  expect(placeOfToken(TOKEN).hash).toHaveLength(32);
});

test.each([
  '',
  'x',
  `${TOKEN}A`,
  TOKEN.slice(1),
  `${TOKEN.slice(1)}=`,
  'ü'.repeat(64),
  '\0'.repeat(64),
])('what is no token has a place where nothing is: %j', (text) => {
  expect(placeOfToken(text).tenant).toBe(PLATFORM_TENANT);
  expect(placeOfToken(text).hash).toHaveLength(32);
});
