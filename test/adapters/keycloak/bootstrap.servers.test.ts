import { beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import KeycloakAdminClient, { NetworkError } from '@keycloak/keycloak-admin-client';
import { bootstrapServiceClient } from '../../../adapters/keycloak/bootstrap.ts';
import { server } from '../../support/servers/server.ts';

let adminUrl: string;
let admin: { adminUser: string; adminPassword: string };
beforeAll(async () => {
  const { url, adminUser, adminPassword } = await server('keycloak');
  [adminUrl, admin] = [url, { adminUser, adminPassword }];
});

const aClient = () => ({
  clientId: `tenure-${randomUUID().slice(0, 8)}`,
  clientSecret: randomUUID(),
});

async function signIn(credentials: { clientId: string; clientSecret: string }) {
  const client = new KeycloakAdminClient({ baseUrl: adminUrl, realmName: 'master' });
  await client.auth({ grantType: 'client_credentials', ...credentials });
  return client;
}

const refusedWith = (status: number) =>
  expect.objectContaining({ response: expect.objectContaining({ status }) });

test('the service client makes realms, sees them, and sees nothing of the others', async () => {
  const credentials = aClient();
  await bootstrapServiceClient({ adminUrl, ...admin, ...credentials });
  const client = await signIn(credentials);
  const realm = `t${randomUUID().slice(0, 8)}`;
  await client.realms.create({ realm, enabled: true });
  const names = (await client.realms.find({ briefRepresentation: true })).map((each) => each.realm);
  expect(names).toEqual([realm]);
  await expect(client.users.find({ realm: 'master' })).rejects.toEqual(refusedWith(403));
  await expect(client.clients.find({ realm: 'master' })).rejects.toEqual(refusedWith(403));
  await client.realms.del({ realm });
});

test('its token does not grow with the realms', async () => {
  const credentials = aClient();
  await bootstrapServiceClient({ adminUrl, ...admin, ...credentials });
  const claims = JSON.parse(
    Buffer.from(
      (await signIn(credentials)).accessToken?.split('.')[1] ?? '',
      'base64url',
    ).toString(),
  ) as Record<string, unknown>;
  expect(claims).not.toHaveProperty('realm_access');
  expect(claims).not.toHaveProperty('resource_access');
});

test('repeated, it keeps its realms, and the newest secret counts', async () => {
  const credentials = aClient();
  await bootstrapServiceClient({ adminUrl, ...admin, ...credentials });
  const realm = `t${randomUUID().slice(0, 8)}`;
  await (await signIn(credentials)).realms.create({ realm, enabled: true });
  await bootstrapServiceClient({ adminUrl, ...admin, ...credentials });
  const renewed = { ...credentials, clientSecret: randomUUID() };
  await bootstrapServiceClient({ adminUrl, ...admin, ...renewed });
  await expect(signIn(credentials)).rejects.toBeInstanceOf(NetworkError);
  const client = await signIn(renewed);
  expect((await client.realms.findOne({ realm }))?.id).toBeDefined();
  await client.realms.del({ realm });
});

test('a wrong password of the admin is told', async () => {
  const wrong = { ...admin, adminPassword: 'wrong' };
  const made = bootstrapServiceClient({ adminUrl, ...wrong, ...aClient() });
  await expect(made).rejects.toThrow('invalid_grant');
});
