import type ClientRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js';
import type IdentityProviderRepresentation from '@keycloak/keycloak-admin-client/lib/defs/identityProviderRepresentation.js';
import type ProtocolMapperRepresentation from '@keycloak/keycloak-admin-client/lib/defs/protocolMapperRepresentation.js';
import type RealmRepresentation from '@keycloak/keycloak-admin-client/lib/defs/realmRepresentation.js';
import type { OwnerMark } from '../../ports/call.ts';
import { TENANT_GROUPS } from '../../ports/identity-provider.ts';
import type { ExternalIdentityProvider } from '../../ports/identity-provider.ts';
import type { KeycloakSmtp } from './config.ts';
import { formatMark } from './mark.ts';

/** Groups of every tenant; the first admin is in the first. Roles are mapped from them by name. */
export const GROUPS = [
  ...TENANT_GROUPS,
  'project-owners',
  'project-admins',
  'project-developers',
  'project-operators',
  'project-viewers',
] as const;
export const OWNERS_GROUP = GROUPS[0];

/** `aud` that the API asks of tokens. */
const AUDIENCE = 'platform-api';
/** A resend leaves older links valid, so that links live for 12 hours only. */
export const INVITE_LIFESPAN_S = 43_200;
const MAIL_TIMEOUT_MS = 3_000;

/** What every realm of ours is set to, own or shared. */
export function formatRealmSettings(smtp: KeycloakSmtp | undefined): RealmRepresentation {
  return {
    enabled: true,
    sslRequired: 'external',
    registrationAllowed: false,
    registrationEmailAsUsername: true,
    loginWithEmailAllowed: true,
    duplicateEmailsAllowed: false,
    resetPasswordAllowed: true,
    verifyEmail: true,
    editUsernameAllowed: false,
    accessTokenLifespan: 300,
    revokeRefreshToken: true,
    refreshTokenMaxReuse: 0,
    actionTokenGeneratedByAdminLifespan: INVITE_LIFESPAN_S,
    bruteForceProtected: true,
    failureFactor: 5,
    maxFailureWaitSeconds: 900,
    waitIncrementSeconds: 60,
    minimumQuickLoginWaitSeconds: 60,
    quickLoginCheckMilliSeconds: 1000,
    maxDeltaTimeSeconds: 43_200,
    passwordPolicy:
      'length(12) and notUsername(undefined) and notEmail(undefined) and passwordHistory(3)',
    eventsEnabled: true,
    eventsExpiration: 2_592_000,
    eventsListeners: ['jboss-logging'],
    enabledEventTypes: [
      'LOGIN',
      'LOGIN_ERROR',
      'LOGOUT',
      'UPDATE_CREDENTIAL',
      'VERIFY_EMAIL',
      'EXECUTE_ACTIONS',
    ],
    adminEventsEnabled: true,
    adminEventsDetailsEnabled: true,
    ...(smtp === undefined ? {} : { smtpServer: formatSmtpServer(smtp) }),
  };
}

/** All values are strings: Keycloak takes a port that is no number silently. */
function formatSmtpServer(smtp: KeycloakSmtp): Record<string, string> {
  return {
    host: smtp.host,
    port: String(smtp.port),
    from: smtp.from,
    ...(smtp.login === undefined ? { auth: 'false' } : { auth: 'true', ...smtp.login }),
    ssl: String(smtp.security === 'tls'),
    starttls: String(smtp.security === 'starttls'),
    connectionTimeout: String(MAIL_TIMEOUT_MS),
    timeout: String(MAIL_TIMEOUT_MS),
    writeTimeout: String(MAIL_TIMEOUT_MS),
  };
}

/** The front end's public client: authorization code with PKCE (RFC 7636) and nothing else. */
export function formatWebClient(
  clientId: string,
  origin: string,
  loginCallback: string,
  owner: OwnerMark,
  protocolMappers: ProtocolMapperRepresentation[],
): ClientRepresentation & { readonly clientId: string } {
  return {
    clientId,
    enabled: true,
    protocol: 'openid-connect',
    publicClient: true,
    standardFlowEnabled: true,
    implicitFlowEnabled: false,
    directAccessGrantsEnabled: false,
    fullScopeAllowed: false,
    rootUrl: origin,
    baseUrl: '/',
    redirectUris: [`${origin}/callback`, formatWelcome(origin), loginCallback],
    webOrigins: [origin],
    attributes: {
      ...formatMark(owner),
      'pkce.code.challenge.method': 'S256',
      'post.logout.redirect.uris': `${origin}/`,
    },
    protocolMappers,
  };
}

/** Where the invited admin lands after the first sign-in page. */
export function formatWelcome(origin: string): string {
  return `${origin}/welcome`;
}

export const AUDIENCE_MAPPER: ProtocolMapperRepresentation = {
  name: 'api-audience',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-audience-mapper',
  config: {
    'included.custom.audience': AUDIENCE,
    'access.token.claim': 'true',
    'id.token.claim': 'false',
    'introspection.token.claim': 'true',
  },
};

export function formatIdentityProvider(
  alias: string,
  provider: ExternalIdentityProvider,
  owner: OwnerMark,
): IdentityProviderRepresentation & { readonly alias: string } {
  return {
    alias,
    providerId: 'oidc',
    enabled: true,
    trustEmail: false,
    storeToken: false,
    linkOnly: false,
    firstBrokerLoginFlowAlias: 'first broker login',
    config: {
      ...formatMark(owner),
      clientId: provider.clientId,
      clientSecret: provider.clientSecret,
      issuer: provider.issuer,
      authorizationUrl: provider.authorizationUrl,
      tokenUrl: provider.tokenUrl,
      ...(provider.userInfoUrl === undefined ? {} : { userInfoUrl: provider.userInfoUrl }),
      jwksUrl: provider.jwksUrl,
      useJwksUrl: 'true',
      validateSignature: 'true',
      defaultScope: 'openid email profile',
      syncMode: 'IMPORT',
      pkceEnabled: 'true',
      pkceMethod: 'S256',
      clientAuthMethod: 'client_secret_post',
    },
  };
}
