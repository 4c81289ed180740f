import { describe, expect, test } from '@jest/globals';
import { assureRequest } from '../../../adapters/keycloak/validate.ts';
import { anIdentityProvider, anIdentityRequest } from '../../contracts/identity.ts';

describe('what Keycloak answers like a passing failure is refused before it is sent', () => {
  const refusal = expect.objectContaining({ code: 'invalid', port: 'identity' });
  const withProvider = (parts: object) =>
    anIdentityRequest({ identityProviders: [{ ...anIdentityProvider('corp'), ...parts }] });

  test('a good request passes', () => {
    expect(() => assureRequest(withProvider({}))).not.toThrow();
    expect(() =>
      assureRequest(anIdentityRequest({ origin: 'http://a.localhost:3000' })),
    ).not.toThrow();
  });

  test.each([
    'https://a.test/',
    'https://a.test/path',
    'https://user@a.test',
    'HTTPS://a.test',
    'javascript:alert(1)',
    'a.test',
    '',
  ])('the origin %j', (origin) => {
    expect(() => assureRequest(anIdentityRequest({ origin }))).toThrow(refusal);
  });

  test.each(['issuer', 'authorizationUrl', 'tokenUrl', 'jwksUrl', 'userInfoUrl'])(
    'a provider whose %s is no https URL',
    (name) => {
      for (const address of ['http://corp.test', 'corp.test', 'ldap://corp.test', '']) {
        expect(() => assureRequest(withProvider({ [name]: address }))).toThrow(refusal);
      }
    },
  );

  test.each(['', 'Corp', '-corp', 'a/b', 'a b', 'x'.repeat(64)])('the alias %j', (alias) => {
    expect(() => assureRequest(withProvider({ alias }))).toThrow(refusal);
  });

  test.each(['displayName', 'adminEmail'])('an overlong %s', (name) => {
    expect(() => assureRequest(anIdentityRequest({ [name]: 'x'.repeat(255) }))).not.toThrow();
    expect(() => assureRequest(anIdentityRequest({ [name]: 'x'.repeat(256) }))).toThrow(refusal);
  });

  test('two providers of one alias', () => {
    const identityProviders = [anIdentityProvider('corp'), anIdentityProvider('corp')];
    expect(() => assureRequest(anIdentityRequest({ identityProviders }))).toThrow(refusal);
  });
});
