import { randomUUID } from 'node:crypto';
import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { PASSWORD } from '../../adapters/keycloak/person.ts';

/**
 * An identity provider of the attacker's: a realm that says of every address that it is verified.
 * Linked as Tenure links a tenant's provider, whose word on addresses is not trusted.
 */
export async function plantProvider(
  client: KeycloakAdminClient,
  keycloakUrl: string,
  realm: string,
  alias: string,
) {
  const rogue = `rogue-${randomUUID().slice(0, 8)}`;
  const issuer = `${keycloakUrl}/realms/${rogue}`;
  const secret = randomUUID();
  await client.realms.create({
    realm: rogue,
    enabled: true,
    clients: [
      {
        ...{ clientId: 'broker', secret, publicClient: false, standardFlowEnabled: true },
        redirectUris: [`${keycloakUrl}/realms/${realm}/broker/${alias}/endpoint`],
      },
    ],
  });
  // The test's Keycloak has no TLS.
  await client.realms.update({ realm }, { sslRequired: 'none' });
  await client.identityProviders.create({
    ...{ realm, alias, providerId: 'oidc', enabled: true, trustEmail: false },
    firstBrokerLoginFlowAlias: 'first broker login',
    config: {
      ...{
        clientId: 'broker',
        clientSecret: secret,
        clientAuthMethod: 'client_secret_post',
        issuer,
      },
      authorizationUrl: `${issuer}/protocol/openid-connect/auth`,
      tokenUrl: `${issuer}/protocol/openid-connect/token`,
      jwksUrl: `${issuer}/protocol/openid-connect/certs`,
      ...{ useJwksUrl: 'true', validateSignature: 'true', defaultScope: 'openid email profile' },
      ...{ syncMode: 'IMPORT', pkceEnabled: 'true', pkceMethod: 'S256' },
    },
  });
  return {
    /** Somebody there, whose address nobody ever asked about. */
    claim: (username: string, email: string) =>
      client.users.create({
        ...{ realm: rogue, username, email, emailVerified: true, enabled: true },
        ...{ firstName: 'Ada', lastName: 'Lovelace' },
        credentials: [{ type: 'password', value: PASSWORD, temporary: false }],
      }),
    trust: () =>
      client.identityProviders
        .findOne({ realm, alias })
        .then((held) =>
          client.identityProviders.update({ realm, alias }, { ...held, trustEmail: true }),
        ),
  };
}

/** First logins of the provider take over the account that has their address. */
export async function mergeWithoutProof(
  client: KeycloakAdminClient,
  realm: string,
  alias: string,
): Promise<void> {
  const flow = 'merge';
  const flows = client.authenticationManagement;
  await flows.createFlow({ realm, alias: flow, providerId: 'basic-flow', topLevel: true });
  for (const provider of ['idp-create-user-if-unique', 'idp-auto-link'])
    await flows.addExecutionToFlow({ realm, flow, provider });
  for (const execution of await flows.getExecutions({ realm, flow }))
    await flows.updateExecution({ realm, flow }, { ...execution, requirement: 'ALTERNATIVE' });
  const held = await client.identityProviders.findOne({ realm, alias });
  await client.identityProviders.update(
    { realm, alias },
    { ...held, firstBrokerLoginFlowAlias: flow },
  );
}
