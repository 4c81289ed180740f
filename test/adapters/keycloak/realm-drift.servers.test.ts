import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { createKeycloakOrganizations } from '../../../adapters/keycloak/organization.ts';
import { ADMIN_SECRET, createKeycloakRealms } from '../../../adapters/keycloak/realm.ts';
import type { Call, OwnerMark } from '../../../ports/call.ts';
import type { IdentityProvider } from '../../../ports/identity-provider.ts';
import { aCall } from '../../contracts/a-call.ts';
import { anIdentityRequest } from '../../contracts/identity.ts';
import { server } from '../../support/servers/server.ts';
import { NOBODY_ELSE } from './nobody-else.ts';
import { keepSecrets } from './secrets.ts';
import { aKeycloak } from './subject.ts';

const CALL_TIMEOUT_MS = 60_000;
/** Long enough for the look, too short for any creation. */
const CUT_AFTER_MS = 150;
const aPatientCall = (owner: Partial<OwnerMark> = {}): Call =>
  aCall(owner, AbortSignal.timeout(CALL_TIMEOUT_MS));

let keycloak: Awaited<ReturnType<typeof aKeycloak>>;
let realms: IdentityProvider;
const secrets = keepSecrets();
beforeAll(async () => {
  keycloak = await aKeycloak();
  realms = createKeycloakRealms(keycloak.config, secrets);
});
afterAll(() => keycloak?.catcher.close());

async function aRealm() {
  const [request, call] = [anIdentityRequest(), aPatientCall()];
  await realms.ensure(request, call);
  return { request, call, client: await keycloak.signedIn() };
}

const namesOf = async (provider: IdentityProvider) =>
  (await provider.inventory(aPatientCall().signal)).map(({ name }) => name);

test('the secret of the admin service account is kept again when it was lost', async () => {
  const { request, call } = await aRealm();
  const name = `${call.owner.tenant}/${ADMIN_SECRET}`;
  const kept = secrets.held.get(name);
  expect(kept).toMatch(/^\S{32,}$/u);
  secrets.held.clear();
  await realms.ensure(request, call);
  expect(secrets.held.get(name)).toBe(kept);
});

test('an admin service account with one role too many is refused', async () => {
  const { request, call, client } = await aRealm();
  const { slug: realm } = request;
  const [management] = await client.clients.find({ realm, clientId: 'realm-management' });
  const [account] = await client.users.find({ realm, username: 'service-account-tenant-admin' });
  const id = management?.id ?? '';
  const role = await client.clients.findRole({ realm, id, roleName: 'manage-realm' });
  await client.users.addClientRoleMappings({
    realm,
    id: account?.id ?? '',
    clientUniqueId: id,
    roles: [{ id: role?.id ?? '', name: 'manage-realm' }],
  });
  await expect(realms.ensure(request, call)).rejects.toMatchObject({ code: 'invalid' });
});

test('a creation that was cut off half way is adopted by the next attempt', async () => {
  const [request, call] = [anIdentityRequest(), aPatientCall()];
  const cut = aCall(call.owner, AbortSignal.timeout(CUT_AFTER_MS));
  await expect(realms.ensure(request, cut)).rejects.toMatchObject({ code: 'unknown' });
  const identity = await realms.ensure(request, call);
  expect(identity).toMatchObject({
    externalId: call.owner.tenant,
    adminSub: request.adminUserId,
  });
});

test('the realm of the service client is never taken, removed or listed', async () => {
  const request = anIdentityRequest({ slug: 'master' });
  await expect(realms.ensure(request, aPatientCall())).rejects.toMatchObject({ code: 'foreign' });
  await realms.remove('master', aPatientCall());
  expect(await namesOf(realms)).not.toContain('master');
});

test('the realm of the pool is no tenant of the silo', async () => {
  const { poolRealm } = keycloak.config;
  await createKeycloakOrganizations(keycloak.config, NOBODY_ELSE).ensure(
    anIdentityRequest(),
    aPatientCall(),
  );
  const request = anIdentityRequest({ slug: poolRealm });
  await expect(realms.ensure(request, aPatientCall())).rejects.toMatchObject({ code: 'foreign' });
  await realms.remove(poolRealm, aPatientCall());
  expect(await namesOf(realms)).not.toContain(poolRealm);
  await expect(
    createKeycloakOrganizations(keycloak.config, NOBODY_ELSE).ensure(
      anIdentityRequest(),
      aPatientCall(),
    ),
  ).resolves.toBeDefined();
});

test('a realm with the longest name that passes our check passes Keycloak too', async () => {
  const request = anIdentityRequest({ displayName: 'ü'.repeat(255) });
  await expect(realms.ensure(request, aPatientCall())).resolves.toBeDefined();
});

test('a client without realms has an empty inventory; one without rights is told so', async () => {
  const fresh = await aKeycloak();
  expect(await namesOf(createKeycloakRealms(fresh.config, secrets))).toEqual([]);
  await fresh.catcher.close();

  const clientId = `powerless-${randomUUID().slice(0, 8)}`;
  await makePowerlessClient(clientId);
  const config = { ...keycloak.config, clientId, clientSecret: 'known' };
  const powerless = createKeycloakRealms(config, secrets);
  const forbidden = { code: 'forbidden' };
  const { signal } = aPatientCall();
  await expect(powerless.inventory(signal)).rejects.toMatchObject(forbidden);
  await expect(powerless.probe(signal)).rejects.toMatchObject(forbidden);
  const made = powerless.ensure(anIdentityRequest(), aPatientCall());
  await expect(made).rejects.toMatchObject(forbidden);
});

/** A service client that Keycloak knows and that may do nothing. */
async function makePowerlessClient(clientId: string): Promise<void> {
  const { url, adminUser: username, adminPassword: password } = await server('keycloak');
  const root = new KeycloakAdminClient({ baseUrl: url, realmName: 'master' });
  await root.auth({ grantType: 'password', clientId: 'admin-cli', username, password });
  await root.clients.create({
    clientId,
    secret: 'known',
    publicClient: false,
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
  });
}
