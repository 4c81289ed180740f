import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKeycloakOrganizations } from '../../../adapters/keycloak/organization.ts';
import { createKeycloakRealms } from '../../../adapters/keycloak/realm.ts';
import type { Call, OwnerMark } from '../../../ports/call.ts';
import type { IdentityProvider, IdentityRequest } from '../../../ports/identity-provider.ts';
import { aCall } from '../../contracts/a-call.ts';
import { anIdentityRequest } from '../../contracts/identity.ts';
import { eventually } from '../../support/eventually.ts';
import { NOBODY_ELSE } from './nobody-else.ts';
import { keepSecrets } from './secrets.ts';
import { acceptInvite, askTokens, signInByCode, takeTokens } from './sign-in.ts';
import type { CodeLogin, Tokens } from './sign-in.ts';
import { aKeycloak } from './subject.ts';

const CALL_TIMEOUT_MS = 90_000;
const aPatientCall = (owner: Partial<OwnerMark> = {}): Call =>
  aCall(owner, AbortSignal.timeout(CALL_TIMEOUT_MS));

let keycloak: Awaited<ReturnType<typeof aKeycloak>>;
beforeAll(async () => {
  keycloak = await aKeycloak();
});
afterAll(() => keycloak?.catcher.close());

interface Tenant {
  readonly identity: IdentityProvider;
  readonly request: IdentityRequest;
  readonly call: Call;
  readonly login: CodeLogin;
}

/** A tenant whose first admin has a password; `adminEmail`: one who has it already. */
async function aTenant(isolation: 'silo' | 'pool', adminEmail?: string): Promise<Tenant> {
  const { config, catcher } = keycloak;
  const identity =
    isolation === 'silo'
      ? createKeycloakRealms(config, keepSecrets())
      : createKeycloakOrganizations(config, NOBODY_ELSE);
  const request = anIdentityRequest(adminEmail === undefined ? {} : { adminEmail });
  const call = aPatientCall();
  const { issuer } = await identity.ensure(request, call);
  if (adminEmail === undefined) {
    await identity.inviteAdmin(request, call);
    const link = await catcher.findLink(request.adminEmail, call.signal);
    await acceptInvite(config.adminUrl, link ?? 'no link');
  }
  const clientId = isolation === 'silo' ? 'web' : `web.${request.slug}`;
  const redirectUri = `${request.origin}/callback`;
  const scope = isolation === 'silo' ? 'openid' : `openid organization:${request.slug}`;
  const login = { issuer, clientId, redirectUri, scope, username: request.adminEmail };
  return { identity, request, call, login };
}

const DEAD = { refresh: false, userinfo: false };
const ALIVE = { refresh: true, userinfo: true };

describe.each(['silo', 'pool'] as const)('%s', (isolation) => {
  test('a freeze refuses sign-in, ends sessions, and kills tokens for good', async () => {
    const { identity, request, call, login } = await aTenant(isolation);
    const control = await takeTokens(login);
    // Negative control: without a freeze they live.
    expect(await askTokens(login, control)).toEqual(ALIVE);
    const [tokens, offline] = [await takeTokens(login), await takeOffline(login)];
    await identity.suspend(request.slug, call);
    await expect(signInByCode(login)).rejects.toThrow(/no form/u);
    expect(await askTokens(login, tokens)).toEqual(DEAD);
    await identity.restore(request.slug, call);
    expect(await askTokens(login, tokens)).toEqual(DEAD);
    expect(await askTokens(login, offline)).toEqual(DEAD);
    expect(await signInByCode(login)).toMatchObject({ iss: login.issuer });
    // Of the freeze's own second, to which Keycloak rounds, none lives.
    await eventually(async () =>
      expect(await askTokens(login, await takeTokens(login))).toEqual(ALIVE),
    );
  });
});

/** A refresh token that outlives its session, as any person may ask for. */
const takeOffline = (login: CodeLogin): Promise<Tokens> =>
  takeTokens({ ...login, scope: `${login.scope} offline_access` });

test('a person of two pool tenants stays signed in to the one that is not frozen', async () => {
  const frozen = await aTenant('pool');
  const other = await aTenant('pool', frozen.request.adminEmail);
  const [ours, theirs] = [await takeTokens(frozen.login), await takeTokens(other.login)];
  await frozen.identity.suspend(frozen.request.slug, frozen.call);
  expect(await askTokens(frozen.login, ours)).toEqual(DEAD);
  expect(await askTokens(other.login, theirs)).toEqual(ALIVE);
  const claims = await signInByCode(other.login);
  expect(Object.keys(claims['organization'] as object)).toEqual([other.request.slug]);
});

test('a session that serves two pool tenants goes on for the other one alone', async () => {
  const frozen = await aTenant('pool');
  const other = await aTenant('pool', frozen.request.adminEmail);
  const { browser, ...ours } = await takeTokens(frozen.login);
  const theirs = await takeTokens(other.login, browser);
  await frozen.identity.suspend(frozen.request.slug, frozen.call);
  expect(await askTokens(frozen.login, { ...ours, browser })).toEqual(DEAD);
  expect(await askTokens(other.login, theirs)).toEqual(ALIVE);
  await frozen.identity.restore(frozen.request.slug, frozen.call);
  expect(await askTokens(frozen.login, { ...ours, browser })).toEqual(DEAD);
});

test('a member of a frozen pool tenant gets no claim of it from anybody’s front end', async () => {
  const frozen = await aTenant('pool');
  const other = await aTenant('pool', frozen.request.adminEmail);
  await frozen.identity.suspend(frozen.request.slug, frozen.call);
  const login = { ...other.login, scope: 'openid organization:*' };
  const { organization = {} } = await signInByCode(login);
  expect(Object.keys(organization as object)).toEqual([other.request.slug]);
});

test('our mark alone tells what a restore switches on: without it a realm stays as it is', async () => {
  const { identity, request, call } = await aTenant('silo');
  const { slug: realm } = request;
  const client = await keycloak.signedIn();
  const isOn = async () => (await client.realms.findOne({ realm }))?.enabled;
  await client.realms.update({ realm }, { enabled: false });
  await identity.restore(realm, call);
  expect(await isOn()).toBe(false);
  const { attributes } = (await client.realms.findOne({ realm })) ?? {};
  const mark = { 'tenure.suspended': call.owner.operation };
  await client.realms.update({ realm }, { attributes: { ...attributes, ...mark } });
  await identity.restore(realm, call);
  expect(await isOn()).toBe(true);
});
