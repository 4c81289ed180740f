import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKeycloakLogin } from '../../../adapters/keycloak/login.ts';
import type { LoginPlace } from '../../../ports/oidc-login.ts';
import { startFakeProvider } from './fake-provider.ts';
import type { FakeProvider } from './fake-provider.ts';

const redirectUri = 'https://tenure.test/invitations/callback';
const login = createKeycloakLogin({ redirectUri, backchannel: undefined });

let provider: FakeProvider;
let place: LoginPlace;

beforeEach(async () => {
  provider = await startFakeProvider();
  place = { slug: 'acme', isolation: 'silo', issuer: provider.issuer };
});
afterEach(() => provider.close());

async function signIn(change: (query: URLSearchParams) => void = () => undefined) {
  const { url, secrets } = await login.begin({ place, email: 'grace@acme.example' });
  const query = provider.signIn(url);
  change(query);
  return login.finish({ place, secrets, query });
}

const nowS = () => Math.floor(Date.now() / 1000);

test('the request asks for a fresh login by code, with PKCE S256, state and nonce', async () => {
  expect(await signIn()).toMatchObject({ sub: 'grace', emailVerified: true });
  const { state, nonce, code_challenge: challenge, ...rest } = Object.fromEntries(provider.asked);
  for (const value of [state, nonce, challenge]) expect(value).toMatch(/^[\w-]{43}$/);
  expect(rest).toEqual({
    client_id: 'web',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email',
    code_challenge_method: 'S256',
    prompt: 'login',
    max_age: '900',
    login_hint: 'grace@acme.example',
  });
});

test('a tenant of the pool has a client of its own in the shared realm', async () => {
  place = { ...place, isolation: 'pool' };
  const { url } = await login.begin({ place, email: 'grace@acme.example' });
  expect(new URL(url).searchParams.get('client_id')).toBe('web.acme');
});

describe('an ID token that lies is refused', () => {
  const lies: Record<string, () => void> = {
    'another issuer': () => (provider.claims = { iss: `${provider.issuer}2` }),
    'another audience': () => (provider.claims = { aud: 'other' }),
    'an audience more': () => (provider.claims = { aud: ['web', 'other'], azp: undefined }),
    'issued to another client': () => (provider.claims = { azp: 'other' }),
    'issued to another client of two audiences': () =>
      (provider.claims = { aud: ['web', 'other'], azp: 'other' }),
    'another nonce': () => (provider.claims = { nonce: 'other' }),
    'no nonce': () => (provider.claims = { nonce: undefined }),
    expired: () => (provider.claims = { exp: nowS() - 120 }),
    'no expiry': () => (provider.claims = { exp: undefined }),
    'no subject': () => (provider.claims = { sub: undefined }),
    'a session from before the login': () => (provider.claims = { auth_time: nowS() - 1_000 }),
    'no word on when the person signed in': () => (provider.claims = { auth_time: undefined }),
    'another key': () => {
      provider.signWith = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    },
    'no signature': () => {
      [provider.signWith, provider.header] = [null, { alg: 'none' }];
    },
    'an algorithm that the provider does not name': () => (provider.header = { alg: 'PS256' }),
  };
  test.each(Object.keys(lies))('%s', async (name) => {
    lies[name]!();
    await expect(signIn()).rejects.toMatchObject({ name: 'LoginError', code: 'invalid' });
  });

  test('and one that does not is taken', async () => {
    provider.claims = { aud: ['web', 'other'], azp: 'web', auth_time: nowS() - 800 };
    expect((await signIn()).sub).toBe('grace');
  });
});

test('claims come as they are, of whatever type', async () => {
  provider.claims = { email: ['a@b.example'], email_verified: 'true' };
  expect(await signIn()).toMatchObject({ email: ['a@b.example'], emailVerified: 'true' });
});

test('an answer of another provider is refused before its code is sent anywhere (RFC 9207)', async () => {
  for (const change of [
    (query: URLSearchParams) => query.set('iss', 'https://evil.example'),
    (query: URLSearchParams) => query.delete('iss'),
  ])
    await expect(signIn(change)).rejects.toMatchObject({ code: 'invalid' });
});

test('metadata of another issuer is refused', async () => {
  provider.metadata = { issuer: 'https://evil.example' };
  await expect(signIn()).rejects.toMatchObject({ code: 'invalid' });
});

test('a provider that starts or dies is unavailable', async () => {
  for (const status of [500, 502, 503]) {
    provider.status = status;
    await expect(signIn()).rejects.toMatchObject({ code: 'unavailable' });
  }
  provider.status = undefined;
  const { url, secrets } = await login.begin({ place, email: 'grace@acme.example' });
  const query = provider.signIn(url);
  await provider.close();
  const finished = login.finish({ place, secrets, query });
  await expect(finished).rejects.toMatchObject({ code: 'unavailable' });
  provider = await startFakeProvider();
});

test('the provider may be reached at another address than its public one', async () => {
  const { origin } = new URL(provider.issuer);
  const issuer = 'https://id.acme.example/realms/acme';
  const metadata = (url: string) => url.replace(origin, 'https://id.acme.example');
  provider.metadata = {
    issuer,
    authorization_endpoint: metadata(`${provider.issuer}/auth`),
    token_endpoint: metadata(`${provider.issuer}/token`),
    jwks_uri: metadata(`${provider.issuer}/certs`),
  };
  provider.claims = { iss: issuer };
  const inside = createKeycloakLogin({ redirectUri, backchannel: origin });
  const { url, secrets } = await inside.begin({
    place: { ...place, issuer },
    email: 'g@a.example',
  });
  expect(url.startsWith('https://id.acme.example/')).toBe(true);
  const query = provider.signIn(url);
  query.set('iss', issuer);
  const claims = await inside.finish({ place: { ...place, issuer }, secrets, query });
  expect(claims.issuer).toBe(issuer);
});
