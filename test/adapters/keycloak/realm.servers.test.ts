import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as sendOn } from 'node:http';
import type { AddressInfo } from 'node:net';
import KeycloakAdminClient, { NetworkError } from '@keycloak/keycloak-admin-client';
import { ADMIN_SECRET, createKeycloakRealms } from '../../../adapters/keycloak/realm.ts';
import type { Call, OwnerMark } from '../../../ports/call.ts';
import type { IdentityProvider, IdentityRequest } from '../../../ports/identity-provider.ts';
import { eventually } from '../../support/eventually.ts';
import { server } from '../../support/servers/server.ts';
import { aCall } from '../../contracts/a-call.ts';
import { anIdentityProvider, anIdentityRequest } from '../../contracts/identity.ts';
import { keepSecrets } from './secrets.ts';
import { acceptInvite, signInByCode } from './sign-in.ts';
import { aKeycloak } from './subject.ts';

const ALL_GROUPS = [
  'org-admins',
  'org-members',
  'org-owners',
  'project-admins',
  'project-developers',
  'project-operators',
  'project-owners',
  'project-viewers',
];
const CALL_TIMEOUT_MS = 60_000;

let keycloak: Awaited<ReturnType<typeof aKeycloak>>;
const secrets = keepSecrets();
let realms: IdentityProvider;
/** One tenant with a provider, which the tests look at and do not change. */
const request: IdentityRequest = anIdentityRequest({
  identityProviders: [anIdentityProvider('corp')],
});
const call = aPatientCall();
const realm = request.slug;

function aPatientCall(owner: Partial<OwnerMark> = {}): Call {
  return aCall(owner, AbortSignal.timeout(CALL_TIMEOUT_MS));
}

beforeAll(async () => {
  keycloak = await aKeycloak();
  realms = createKeycloakRealms(keycloak.config, secrets);
  await realms.ensure(request, call);
});
afterAll(() => keycloak?.catcher.close());

/** The tenant's admin service account, by the secret that the adapter kept. */
async function asTenantAdmin(): Promise<KeycloakAdminClient> {
  const client = new KeycloakAdminClient({ baseUrl: keycloak.config.adminUrl, realmName: realm });
  const clientSecret = secrets.held.get(`${call.owner.tenant}/${ADMIN_SECRET}`) ?? 'none kept';
  await client.auth({ grantType: 'client_credentials', clientId: 'tenant-admin', clientSecret });
  return client;
}

/** The server's own admin, who makes what our service client cannot see. */
async function asServerAdmin(): Promise<KeycloakAdminClient> {
  const { url, adminUser, adminPassword } = await server('keycloak');
  const client = new KeycloakAdminClient({ baseUrl: url, realmName: 'master' });
  const login = { username: adminUser, password: adminPassword };
  await client.auth({ grantType: 'password', clientId: 'admin-cli', ...login });
  return client;
}

async function statusOf(answer: Promise<unknown>): Promise<number> {
  try {
    await answer;
    return 200;
  } catch (error) {
    if (error instanceof NetworkError) return error.response.status;
    throw error;
  }
}

test('the realm has its eight groups, and its id is the tenant', async () => {
  const client = await keycloak.signedIn();
  const groups = await client.groups.find({ realm });
  expect(new Set(groups.map(({ name }) => name))).toEqual(new Set(ALL_GROUPS));
  expect((await client.realms.findOne({ realm }))?.id).toBe(call.owner.tenant);
});

test('the first admin waits for verification and a password, among the owners', async () => {
  const client = await keycloak.signedIn();
  const user = await client.users.findOne({ realm, id: request.adminUserId });
  expect(user).toMatchObject({ email: request.adminEmail, emailVerified: false, enabled: true });
  expect(user?.requiredActions?.toSorted()).toEqual(['UPDATE_PASSWORD', 'VERIFY_EMAIL']);
  const groups = await client.users.listGroups({ realm, id: request.adminUserId });
  expect(groups.map(({ path }) => path)).toEqual(['/org-owners']);
});

test("the tenant's service account manages users, and nothing else", async () => {
  const client = await asTenantAdmin();
  const id = request.adminUserId;
  expect(await statusOf(client.users.find({ realm }))).toBe(200);
  const email = `bob@${realm}.test`;
  const made = await client.users.create({ realm, username: email, email, enabled: true });
  expect(await statusOf(client.users.del({ realm, id: made.id }))).toBe(200);
  expect(await statusOf(client.users.logout({ realm, id }))).toBe(200);
  expect(await statusOf(client.realms.update({ realm }, { displayName: 'x' }))).toBe(403);
  expect(await statusOf(client.realms.del({ realm }))).toBe(403);
  expect(await statusOf(client.clients.find({ realm }))).toBe(403);
  expect(await statusOf(client.identityProviders.find({ realm }))).toBe(403);
  expect(await statusOf(client.users.find({ realm: 'master' }))).toBeGreaterThanOrEqual(401);
  expect(await statusOf(client.realms.create({ realm: randomUUID() }))).toBeGreaterThanOrEqual(401);
});

test('the provider has the addresses and the secret of the request', async () => {
  const client = await keycloak.signedIn();
  const provider = await client.identityProviders.findOne({ realm, alias: 'corp' });
  expect(provider).toMatchObject({
    providerId: 'oidc',
    enabled: true,
    trustEmail: false,
    config: {
      issuer: 'https://corp.example.test',
      tokenUrl: 'https://corp.example.test/token',
      jwksUrl: 'https://corp.example.test/keys',
      validateSignature: 'true',
      pkceEnabled: 'true',
      clientId: 'tenure',
    },
  });
  expect(JSON.stringify(provider)).not.toContain('shared-with-the-tenant');
});

test('nobody signs in without PKCE, and tokens name tenant, audience and client', async () => {
  await realms.inviteAdmin(request, call);
  const link = await keycloak.catcher.findLink(request.adminEmail, call.signal);
  await acceptInvite(keycloak.config.adminUrl, link ?? 'no link');
  const login = {
    issuer: `${keycloak.config.adminUrl}/realms/${realm}`,
    clientId: 'web',
    redirectUri: `${request.origin}/callback`,
    scope: 'openid',
    username: request.adminEmail,
  };
  await expect(signInByCode({ ...login, pkce: false })).rejects.toThrow('invalid_request');
  expect(await signInByCode(login)).toMatchObject({
    tenant_id: call.owner.tenant,
    aud: 'platform-api',
    azp: 'web',
    email: request.adminEmail,
  });
});

test('an invitation goes by the mail server of today, and leaves the realm as it was', async () => {
  const client = await keycloak.signedIn();
  const before = await client.realms.findOne({ realm });
  const host = '127.0.0.1';
  const lost = {
    host,
    port: 1,
    from: 'old@tenure.test',
    security: 'none',
    login: undefined,
  } as const;
  const { config } = keycloak;
  const misled = createKeycloakRealms({ ...config, smtp: lost }, secrets);
  await expect(misled.inviteAdmin(request, call)).rejects.toMatchObject({ code: 'unknown' });
  await realms.inviteAdmin(request, call);
  expect(await (await keycloak.signedIn()).realms.findOne({ realm })).toEqual(before);
});

test('a realm that our client may not even see is foreign and stays', async () => {
  const admin = await asServerAdmin();
  const hidden = anIdentityRequest();
  await admin.realms.create({ realm: hidden.slug, displayName: 'of others', enabled: true });
  const refused = realms.ensure(hidden, aPatientCall());
  await expect(refused).rejects.toMatchObject({ code: 'foreign' });
  await realms.remove(hidden.slug, aPatientCall());
  const later = await asServerAdmin(); // the token of before may have ended
  expect((await later.realms.findOne({ realm: hidden.slug }))?.displayName).toBe('of others');
  await later.realms.del({ realm: hidden.slug });
});

test('a tenant with a realm of another name gets no second one', async () => {
  const second = anIdentityRequest();
  const again = realms.ensure(second, aPatientCall({ tenant: call.owner.tenant }));
  await expect(again).rejects.toMatchObject({ code: 'invalid' });
  const client = await keycloak.signedIn();
  expect(await client.realms.findOne({ realm: second.slug })).toBeNull();
});

test('a realm of ours that lost a part is told, not passed as whole', async () => {
  const damaged = anIdentityRequest();
  const owner = aPatientCall();
  await realms.ensure(damaged, owner);
  const client = await keycloak.signedIn();
  const groups = await client.groups.find({ realm: damaged.slug, search: 'org-owners' });
  await client.groups.del({ realm: damaged.slug, id: groups[0]?.id ?? 'none' });
  await expect(realms.ensure(damaged, owner)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('org-owners'),
  });
});

test('a creation that its caller left goes on, and is removed once it shows', async () => {
  const left = anIdentityRequest();
  const owner = aPatientCall();
  const stop = new AbortController();
  const proxy = await startProxy(keycloak.config.adminUrl, () => stop.abort());
  const hurried = createKeycloakRealms({ ...keycloak.config, adminUrl: proxy.url }, secrets);
  const made = hurried.ensure(left, { ...owner, signal: stop.signal });
  await expect(made).rejects.toMatchObject({ code: 'unknown' });
  const client = await keycloak.signedIn();
  await eventually(() => client.realms.findOne({ realm: left.slug }), { withinMs: 30_000 });
  await realms.remove(left.slug, owner);
  expect(await client.realms.findOne({ realm: left.slug })).toBeNull();
  await proxy.close();
});

/** Passes requests on, and tells when the creation of a realm has wholly left for Keycloak. */
async function startProxy(target: string, onCreationSent: () => void) {
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers, url = '/' } = incoming;
    const passed = sendOn(new URL(url, target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
    if (method === 'POST' && /^\/admin\/realms\/?$/u.test(url))
      passed.once('finish', onCreationSent);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const { port } = proxy.address() as AddressInfo;
  const close = async () => {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
