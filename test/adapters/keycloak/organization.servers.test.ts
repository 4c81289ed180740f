import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { KeycloakSmtp } from '../../../adapters/keycloak/config.ts';
import { createKeycloakOrganizations } from '../../../adapters/keycloak/organization.ts';
import { startSmtpCatcher } from '../../../adapters/smtp-catcher/catcher.ts';
import { PLATFORM_TENANT } from '../../../facts/core/types.ts';
import type { Call, OwnerMark } from '../../../ports/call.ts';
import type { IdentityProvider, IdentityRequest } from '../../../ports/identity-provider.ts';
import { aCall, asSaga, ofAnotherRegistry, REGISTRY } from '../../contracts/a-call.ts';
import { anIdentityProvider, anIdentityRequest } from '../../contracts/identity.ts';
import { NOBODY_ELSE } from './nobody-else.ts';
import { acceptInvite, signInByCode } from './sign-in.ts';
import { aKeycloak } from './subject.ts';

const CALL_TIMEOUT_MS = 60_000;
const aSlowCall = (owner: Partial<OwnerMark> = {}): Call =>
  aCall(owner, AbortSignal.timeout(CALL_TIMEOUT_MS));

let keycloak: Awaited<ReturnType<typeof aKeycloak>>;
let organizations: IdentityProvider;
let realm: string;
beforeAll(async () => {
  keycloak = await aKeycloak();
  realm = keycloak.config.poolRealm;
  organizations = createKeycloakOrganizations(keycloak.config, NOBODY_ELSE);
  await organizations.ensure(anIdentityRequest(), aSlowCall());
});
afterAll(() => keycloak?.catcher.close());

async function anOrganization(parts: Partial<IdentityRequest> = {}) {
  const [request, call] = [anIdentityRequest(parts), aSlowCall()];
  const identity = await organizations.ensure(request, call);
  return { request, call, identity };
}

async function aUser(email: string, emailVerified: boolean): Promise<string> {
  const client = await keycloak.signedIn();
  const user = { realm, username: email, email, emailVerified, enabled: true };
  return (await client.users.create(user)).id;
}

const findUser = async (email: string) =>
  (await (await keycloak.signedIn()).users.find({ realm, email, exact: true }))[0];

const signIn = async (issuer: string, slug: string, origin: string, username: string) =>
  signInByCode({
    issuer,
    clientId: `web.${slug}`,
    redirectUri: `${origin}/callback`,
    scope: 'openid organization',
    username,
  });

async function accept(request: IdentityRequest, call: Call): Promise<void> {
  await organizations.inviteAdmin(request, call);
  const link = await keycloak.catcher.findLink(request.adminEmail, call.signal);
  await acceptInvite(keycloak.config.adminUrl, link ?? 'no link');
}

test('an existing user whose address nobody verified is refused and untouched', async () => {
  const [request, call] = [anIdentityRequest(), aSlowCall()];
  const id = await aUser(request.adminEmail, false);
  await expect(organizations.ensure(request, call)).rejects.toMatchObject({ code: 'foreign' });
  await organizations.remove(request.slug, call);
  expect(await findUser(request.adminEmail)).toMatchObject({ id, emailVerified: false });
});

test('an existing user with a verified address is adopted, and outlives the tenant', async () => {
  const [request, call] = [anIdentityRequest(), aSlowCall()];
  const id = await aUser(request.adminEmail, true);
  const identity = await organizations.ensure(request, call);
  expect(identity.adminSub).toBe(id);
  await organizations.remove(request.slug, call);
  expect((await findUser(request.adminEmail))?.id).toBe(id);
});

test('the user that was made for the tenant goes with it', async () => {
  const { request, call } = await anOrganization();
  expect(await findUser(request.adminEmail)).toBeDefined();
  await organizations.remove(request.slug, call);
  expect(await findUser(request.adminEmail)).toBeUndefined();
});

test('the user that was made for the tenant stays while another tenant has it', async () => {
  const first = await anOrganization();
  await accept(first.request, first.call);
  const second = await anOrganization({ adminEmail: first.request.adminEmail });
  expect(second.identity.adminSub).toBe(first.identity.adminSub);
  await organizations.remove(first.request.slug, first.call);
  expect((await findUser(first.request.adminEmail))?.id).toBe(first.identity.adminSub);
});

test('client, provider and user that a crash left without the organization go too', async () => {
  const { request, call, identity } = await anOrganization();
  const client = await keycloak.signedIn();
  await client.organizations.delById({ realm, id: identity.externalId });
  await organizations.remove(request.slug, call);
  expect(await findUser(request.adminEmail)).toBeUndefined();
  expect(await client.clients.find({ realm, clientId: `web.${request.slug}` })).toEqual([]);
});

test('nobody enters a tenant through its front end without being a member', async () => {
  const [ours, theirs] = [await anOrganization(), await anOrganization()];
  await accept(ours.request, ours.call);
  const { issuer, externalId } = ours.identity;
  const { slug, origin, adminEmail } = ours.request;
  const mine = await signIn(issuer, slug, origin, adminEmail);
  expect(mine).toMatchObject({
    aud: 'platform-api',
    organization: { [slug]: { id: externalId, groups: ['/org-owners'] } },
  });
  const other = theirs.request;
  const foreign = await signIn(issuer, other.slug, other.origin, adminEmail);
  expect(Object.keys(foreign['organization'] as object)).toEqual([slug]);
  expect(mine).not.toHaveProperty('tenant_id');
  expect(JSON.stringify(foreign)).not.toContain(theirs.identity.externalId);
});

test('a front-end client of that name that is not ours is refused and stays', async () => {
  const [request, call] = [anIdentityRequest(), aSlowCall()];
  const client = await keycloak.signedIn();
  await client.clients.create({ realm, clientId: `web.${request.slug}`, name: 'of others' });
  await expect(organizations.ensure(request, call)).rejects.toMatchObject({ code: 'foreign' });
  await organizations.remove(request.slug, call);
  const kept = await client.clients.find({ realm, clientId: `web.${request.slug}` });
  expect(kept).toMatchObject([{ name: 'of others' }]);
  const items = await organizations.inventory(call.signal);
  expect(items.map(({ name }) => name)).not.toContain(request.slug);
});

test('an identity provider of that name that is not ours is refused and stays', async () => {
  const identityProviders = [anIdentityProvider('corp')];
  const [request, call] = [anIdentityRequest({ identityProviders }), aSlowCall()];
  const alias = `corp.${request.slug}`;
  const client = await keycloak.signedIn();
  await client.identityProviders.create({
    realm,
    alias,
    providerId: 'oidc',
    config: {
      clientId: 'of-others',
      authorizationUrl: 'https://a.test',
      tokenUrl: 'https://a.test',
    },
  });
  await expect(organizations.ensure(request, call)).rejects.toMatchObject({ code: 'foreign' });
  await organizations.remove(request.slug, call);
  const kept = await client.identityProviders.findOne({ realm, alias });
  expect(kept?.config).toMatchObject({ clientId: 'of-others' });
});

test('an organization with that alias under another name is foreign', async () => {
  const [request, call] = [anIdentityRequest(), aSlowCall()];
  const client = await keycloak.signedIn();
  const other = { realm, name: `n-${request.slug}`, alias: request.slug, enabled: true };
  await client.organizations.create(other);
  await expect(organizations.ensure(request, call)).rejects.toMatchObject({ code: 'foreign' });
});

test('a realm of the pool that is not ours is refused and stays as it was', async () => {
  const fresh = await aKeycloak();
  const { poolRealm } = fresh.config;
  const client = await fresh.signedIn();
  await client.realms.create({ realm: poolRealm, organizationsEnabled: true });
  const pool = createKeycloakOrganizations(fresh.config, NOBODY_ELSE);
  const before = await client.users.getProfile({ realm: poolRealm });
  const made = pool.ensure(anIdentityRequest(), aSlowCall());
  await expect(made).rejects.toMatchObject({ code: 'foreign' });
  expect(await client.users.getProfile({ realm: poolRealm })).toEqual(before);
  await fresh.catcher.close();
});

test('the realm of another registry’s pool is refused and stays as it was', async () => {
  const fresh = await aKeycloak();
  const [request, call] = [anIdentityRequest(), aSlowCall()];
  await createKeycloakOrganizations(fresh.config, NOBODY_ELSE).ensure(
    request,
    ofAnotherRegistry(call),
  );
  const client = await fresh.signedIn();
  const look = async () => [
    await client.realms.findOne({ realm: fresh.config.poolRealm }),
    await client.organizations.find({ realm: fresh.config.poolRealm }),
  ];
  const before = await look();
  const ours = createKeycloakOrganizations(fresh.config, NOBODY_ELSE);
  const made = ours.ensure(anIdentityRequest(), call);
  await expect(made).rejects.toMatchObject({ code: 'foreign' });
  expect(await look()).toEqual(before);
  await fresh.catcher.close();
});

test('many processes that make the realm of the pool at once agree', async () => {
  const fresh = await aKeycloak();
  const made = await Promise.all(
    Array.from({ length: 4 }, () => {
      const process = createKeycloakOrganizations(fresh.config, NOBODY_ELSE);
      const [request, call] = [anIdentityRequest(), aSlowCall()];
      return asSaga(() => process.ensure(request, call));
    }),
  );
  expect(new Set(made.map(({ issuer }) => issuer)).size).toBe(1);
  const client = await fresh.signedIn();
  const scopes = await client.clientScopes.find({ realm: fresh.config.poolRealm });
  const mappers = scopes.find(({ name }) => name === 'organization')?.protocolMappers ?? [];
  const names = mappers.map(({ name = '' }) => name);
  expect(new Set(names)).toEqual(new Set(['organization', 'organization-groups']));
  expect(names).toHaveLength(2);
  await fresh.catcher.close();
});

test('attempts of one operation at once link one identity provider', async () => {
  const identityProviders = [anIdentityProvider('corp')];
  const [request, call] = [anIdentityRequest({ identityProviders }), aSlowCall()];
  const ensure = () => asSaga(() => organizations.ensure(request, call));
  const [identity] = await Promise.all([ensure(), ensure(), ensure(), ensure()]);
  const client = await keycloak.signedIn();
  const orgId = identity?.externalId ?? '';
  const linked = await client.organizations.listIdentityProviders({ realm, orgId });
  expect(linked).toMatchObject([{ alias: `corp.${request.slug}` }]);
});

test('before the first tenant of the pool nothing is there, and removal is success', async () => {
  const fresh = await aKeycloak();
  const pool = createKeycloakOrganizations(fresh.config, NOBODY_ELSE);
  expect(await pool.inventory(aSlowCall().signal)).toEqual([]);
  await pool.remove('acme', aSlowCall());
  await fresh.catcher.close();
});

test('names of two tenants never meet, whatever dashes they have', async () => {
  const suffix = anIdentityRequest().slug;
  const first = anIdentityRequest({
    slug: suffix,
    identityProviders: [anIdentityProvider('corp-a')],
  });
  const second = anIdentityRequest({
    slug: `a-${suffix}`,
    identityProviders: [anIdentityProvider('corp')],
  });
  await organizations.ensure(first, aSlowCall());
  await expect(organizations.ensure(second, aSlowCall())).resolves.toBeDefined();
});

test('a mail server that moved is told to the realm of the pool with the next invitation', async () => {
  const moved = await startSmtpCatcher();
  const smtp = { ...keycloak.config.smtp, port: moved.port } as KeycloakSmtp;
  const restarted = createKeycloakOrganizations({ ...keycloak.config, smtp }, NOBODY_ELSE);
  const [request, call] = [anIdentityRequest(), aSlowCall()];
  await restarted.ensure(request, call);
  await restarted.inviteAdmin(request, call);
  expect(await moved.findLink(request.adminEmail, call.signal)).toMatch(/^http/u);
  const client = await keycloak.signedIn();
  const found = await client.realms.findOne({ realm });
  expect(found?.attributes).toMatchObject({
    'tenure.registry': REGISTRY,
    'tenure.tenant': PLATFORM_TENANT,
  });
  await moved.close();
  await createKeycloakOrganizations(keycloak.config, NOBODY_ELSE).ensure(
    anIdentityRequest(),
    aSlowCall(),
  );
});
