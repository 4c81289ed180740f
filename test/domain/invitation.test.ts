import { describe, expect, test } from '@jest/globals';
import { checkLogin } from '../../domain/invitation.ts';
import type { LoginClaims } from '../../domain/invitation.ts';

const ISSUER = 'https://id.example.test/realms/acme';
const invitation = { email: 'Bob.Builder@Example.com' };

const login = (over: Partial<LoginClaims> = {}): LoginClaims => ({
  ...{ issuer: ISSUER, sub: '7f3a', email: 'bob.builder@example.com', emailVerified: true },
  ...over,
});

test.each(['Bob.Builder@Example.com', 'BOB.BUILDER@EXAMPLE.COM', 'bob.builder@example.com'])(
  'the invited address is %s: ASCII letters are compared without their case',
  (email) => {
    expect(checkLogin(invitation, ISSUER, login({ email }))).toBeUndefined();
  },
);

describe('a login may not accept the invitation of another', () => {
  test.each([
    ['another address', { email: 'eve@example.com' }, 'email-mismatch'],
    ['an address that only begins so', { email: 'bob.builder@example.com.evil' }, 'email-mismatch'],
    [
      'the Kelvin sign for a K',
      { email: 'Bob.Builder@Example.com'.replace('B', '\u212A') },
      'email-mismatch',
    ],
    ['white space around it', { email: ' bob.builder@example.com' }, 'email-mismatch'],
    ['no address', { email: undefined }, 'email-mismatch'],
    ['a list of addresses', { email: ['bob.builder@example.com'] }, 'email-mismatch'],
    ['an address that nobody proved', { emailVerified: false }, 'email-unverified'],
    ['a proof that is the text "true"', { emailVerified: 'true' }, 'email-unverified'],
    ['a proof that is 1', { emailVerified: 1 }, 'email-unverified'],
    ['no word of a proof', { emailVerified: undefined }, 'email-unverified'],
    ['another issuer', { issuer: 'https://id.example.test/realms/evil' }, 'issuer-mismatch'],
    ['an issuer with a slash more', { issuer: `${ISSUER}/` }, 'issuer-mismatch'],
    ['a subject that no fact can name', { sub: 'two words' }, 'subject-malformed'],
  ] as const)('%s', (_what, over, problem) => {
    expect(checkLogin(invitation, ISSUER, login(over as Partial<LoginClaims>))).toBe(problem);
  });

  test('a tenant that has no issuer yet lets nobody in', () => {
    expect(checkLogin(invitation, null, login())).toBe('issuer-mismatch');
  });

  test('the Kelvin sign is no k, though lower-casing makes it one', () => {
    const kim = { email: 'kim@example.com' };
    const sign = '\u212Aim@example.com';
    expect(sign.toLowerCase()).toBe(kim.email);
    expect(checkLogin(kim, ISSUER, login({ email: sign }))).toBe('email-mismatch');
  });
});
