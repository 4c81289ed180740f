import { randomUUID } from 'node:crypto';
import KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { bootstrapServiceClient } from '../../../adapters/keycloak/bootstrap.ts';
import type { KeycloakConfig } from '../../../adapters/keycloak/config.ts';
import { startSmtpCatcher } from '../../../adapters/smtp-catcher/catcher.ts';
import { server } from '../../support/servers/server.ts';

/** The shared Keycloak with a service client, a pool realm and a mail catcher of this test's own. */
export async function aKeycloak(over: Partial<KeycloakConfig> = {}) {
  const { url, adminUser, adminPassword } = await server('keycloak');
  const catcher = await startSmtpCatcher();
  const clientId = `tenure-${randomUUID().slice(0, 8)}`;
  const clientSecret = randomUUID();
  await bootstrapServiceClient({ adminUrl: url, adminUser, adminPassword, clientId, clientSecret });
  const config: KeycloakConfig = {
    adminUrl: url,
    issuerBase: url,
    realm: 'master',
    clientId,
    clientSecret,
    poolRealm: `pool-${randomUUID().slice(0, 8)}`,
    loginCallback: 'http://tenure.test/invitations/callback',
    smtp: {
      host: catcher.host,
      port: catcher.port,
      from: 'no-reply@tenure.test',
      security: 'none',
      login: undefined,
    },
    ...over,
  };
  return { config, catcher, signedIn: () => signIn(config) };
}

/** The service client's own sight, past the adapter. A new token each time: they live 60 s. */
async function signIn(config: KeycloakConfig): Promise<KeycloakAdminClient> {
  const client = new KeycloakAdminClient({ baseUrl: config.adminUrl, realmName: config.realm });
  await client.auth({
    grantType: 'client_credentials',
    clientId: config.clientId,
    clientSecret: config.clientSecret,
  });
  return client;
}
