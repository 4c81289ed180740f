import type ProtocolMapperRepresentation from '@keycloak/keycloak-admin-client/lib/defs/protocolMapperRepresentation.js';
import type RealmRepresentation from '@keycloak/keycloak-admin-client/lib/defs/realmRepresentation.js';
import type UserRepresentation from '@keycloak/keycloak-admin-client/lib/defs/userRepresentation.js';
import type { OwnerMark } from '../../ports/call.ts';
import type { IdentityRequest, IdentityShape, Person } from '../../ports/identity-provider.ts';
import type { KeycloakConfig, KeycloakSmtp } from './config.ts';
import { formatMark } from './mark.ts';
import {
  AUDIENCE_MAPPER,
  GROUPS,
  OWNERS_GROUP,
  formatIdentityProvider,
  formatRealmSettings,
  formatWebClient,
} from './representation.ts';

export const WEB_CLIENT = 'web';
export const ADMIN_CLIENT = 'tenant-admin';
export const ADMIN_CLIENT_SETTINGS = {
  clientId: ADMIN_CLIENT,
  enabled: true,
  protocol: 'openid-connect',
  publicClient: false,
  clientAuthenticatorType: 'client-secret',
  serviceAccountsEnabled: true,
  standardFlowEnabled: false,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  attributes: { 'client.use.lightweight.access.token.enabled': 'true' },
};
/** All that the tenant's own admin service account may do: users, groups, action mails. */
export const ADMIN_ROLES: readonly string[] = ['manage-users'];

const CLAIM_EVERYWHERE = {
  'access.token.claim': 'true',
  'id.token.claim': 'true',
  'userinfo.token.claim': 'true',
  'introspection.token.claim': 'true',
};

/**
 * The whole realm for one POST, which is all or nothing. Keycloak makes the admin client's secret.
 * `clientScopes` stays away: it would remove the built-in scopes, so mappers stand on the client.
 */
export function formatRealm(
  request: IdentityShape,
  users: readonly UserRepresentation[],
  owner: OwnerMark,
  { smtp, loginCallback }: Pick<KeycloakConfig, 'smtp' | 'loginCallback'>,
): RealmRepresentation & { readonly realm: string } {
  return {
    ...formatOwnSettings(request, smtp),
    // Globally unique and unchangeable: the mark that no later PUT can lose.
    id: owner.tenant,
    realm: request.slug,
    attributes: formatMark(owner),
    groups: GROUPS.map((name) => ({ name })),
    clients: [
      formatWebClient(
        WEB_CLIENT,
        request.origin,
        loginCallback,
        owner,
        formatMappers(owner.tenant),
      ),
      ADMIN_CLIENT_SETTINGS,
    ],
    users: [
      {
        username: `service-account-${ADMIN_CLIENT}`,
        enabled: true,
        serviceAccountClientId: ADMIN_CLIENT,
        clientRoles: { 'realm-management': ADMIN_ROLES },
      },
      ...users,
    ],
    identityProviders: request.identityProviders.map((provider) =>
      formatIdentityProvider(provider.alias, provider, owner),
    ),
  };
}

export function formatFirstAdmin({ adminUserId, adminEmail }: IdentityRequest): UserRepresentation {
  return {
    // Honoured in the realm's own POST only; `POST users` ignores it.
    id: adminUserId,
    username: adminEmail,
    email: adminEmail,
    emailVerified: false,
    enabled: true,
    requiredActions: ['VERIFY_EMAIL', 'UPDATE_PASSWORD'],
    groups: [`/${OWNERS_GROUP}`],
  };
}

/** In the realm of the tenant alone, so that what its provider before had verified holds. */
export function formatPerson({ sub: _elsewhere, email, ...person }: Person): UserRepresentation {
  return { username: email, email, enabled: true, ...person };
}

/** What a realm of one tenant is set to. */
export function formatOwnSettings(
  { displayName }: Pick<IdentityRequest, 'displayName'>,
  smtp: KeycloakSmtp | undefined,
) {
  return { ...formatRealmSettings(smtp), displayName, organizationsEnabled: false };
}

/** Claims of a silo tenant's tokens: its groups, its id and our audience. */
export function formatMappers(tenant: string): ProtocolMapperRepresentation[] {
  return [
    {
      name: 'groups',
      protocol: 'openid-connect',
      protocolMapper: 'oidc-group-membership-mapper',
      config: { 'claim.name': 'groups', 'full.path': 'false', ...CLAIM_EVERYWHERE },
    },
    {
      name: 'tenant_id',
      protocol: 'openid-connect',
      protocolMapper: 'oidc-hardcoded-claim-mapper',
      config: {
        'claim.name': 'tenant_id',
        'claim.value': tenant,
        'jsonType.label': 'String',
        ...CLAIM_EVERYWHERE,
      },
    },
    AUDIENCE_MAPPER,
  ];
}
