import KeycloakAdminClient from '@keycloak/keycloak-admin-client';

const TIMEOUT_MS = 30_000;

export interface ServiceClientBootstrap {
  readonly adminUrl: string;
  /** Keycloak's bootstrap admin in `master`. */
  readonly adminUser: string;
  readonly adminPassword: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Makes our service client in `master` with the one role it needs; repeatable, also with a new
 * secret. For development and first installation. Never deletes it: a client made anew would have
 * lost all its realms. Tokens are lightweight, since full ones grow by 560 bytes with every realm.
 * Rejects with what the admin client throws.
 */
export async function bootstrapServiceClient(options: ServiceClientBootstrap): Promise<void> {
  const { adminUrl, adminUser, adminPassword, clientId, clientSecret } = options;
  const client = new KeycloakAdminClient({
    baseUrl: adminUrl,
    realmName: 'master',
    timeout: TIMEOUT_MS,
  });
  await client.auth({
    grantType: 'password',
    clientId: 'admin-cli',
    username: adminUser,
    password: adminPassword,
  });
  await client.realms.partialImport({
    realm: 'master',
    rep: {
      ifResourceExists: 'SKIP',
      clients: [
        {
          clientId,
          secret: clientSecret,
          publicClient: false,
          serviceAccountsEnabled: true,
          standardFlowEnabled: false,
          directAccessGrantsEnabled: false,
          attributes: { 'client.use.lightweight.access.token.enabled': 'true' },
        },
      ],
      users: [
        {
          username: `service-account-${clientId}`,
          serviceAccountClientId: clientId,
          enabled: true,
          realmRoles: ['create-realm'],
        },
      ],
    },
  });
  await keepSecret(client, clientId, clientSecret);
}

/** The import skips a client that is there, and so its secret too. */
async function keepSecret(
  client: KeycloakAdminClient,
  clientId: string,
  clientSecret: string,
): Promise<void> {
  const [found] = await client.clients.find({ realm: 'master', clientId });
  if (found?.id === undefined || found.secret === clientSecret) return;
  const { id } = found;
  await client.clients.update({ realm: 'master', id }, { ...found, secret: clientSecret });
}
