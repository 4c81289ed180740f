import * as oidc from 'openid-client';
import type { LoginClaims } from '../../domain/invitation.ts';
import { LOGIN_LIFE_S, LoginError } from '../../ports/oidc-login.ts';
import type { LoginAnswer, LoginPlace, LoginRequest, OidcLogin } from '../../ports/oidc-login.ts';
import { formatPoolName } from './pool-client.ts';
import { WEB_CLIENT } from './realm-representation.ts';

/** Of one request: a person waits, and a new login costs them nothing. */
const TIMEOUT_S = 10;
/** Not `organization`: who is invited is a member of none yet. */
const SCOPE = 'openid email';

export interface KeycloakLoginOptions {
  /** The one address that Keycloak sends browsers back to. */
  readonly redirectUri: string;
  /** Where we reach it, when its public address leads nowhere from here. */
  readonly backchannel: string | undefined;
}

/**
 * Logins at the tenant's realm, or at the shared one: as the front end's public client, whose
 * redirect addresses allow ours (`formatWebClient`).
 */
export function createKeycloakLogin(options: KeycloakLoginOptions): OidcLogin {
  return {
    begin: (request) => begin(options, request).catch(fail),
    finish: (answer) => finish(options, answer).catch(fail),
    signOutUrl: ({ issuer }) => `${issuer}/protocol/openid-connect/logout`,
  };
}

async function begin(options: KeycloakLoginOptions, { place, email }: LoginRequest) {
  const config = await discover(options, place);
  const secrets = {
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    codeVerifier: oidc.randomPKCECodeVerifier(),
  };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: options.redirectUri,
    scope: SCOPE,
    ...{ state: secrets.state, nonce: secrets.nonce },
    code_challenge: await oidc.calculatePKCECodeChallenge(secrets.codeVerifier),
    code_challenge_method: 'S256',
    ...{ login_hint: email, prompt: 'login', max_age: String(LOGIN_LIFE_S) },
  });
  return { url: url.href, secrets };
}

async function finish(options: KeycloakLoginOptions, answer: LoginAnswer): Promise<LoginClaims> {
  const { place, secrets, query } = answer;
  const config = await discover(options, place);
  const came = new URL(options.redirectUri);
  came.search = query.toString();
  const tokens = await oidc.authorizationCodeGrant(config, came, {
    expectedState: secrets.state,
    expectedNonce: secrets.nonce,
    pkceCodeVerifier: secrets.codeVerifier,
    maxAge: LOGIN_LIFE_S,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined) throw new LoginError('invalid', 'The provider sent no ID token.');
  // The library looks at `azp` only where there is more than one audience.
  const { client_id: clientId } = config.clientMetadata();
  if (claims.azp !== undefined && claims.azp !== clientId)
    throw new LoginError('invalid', 'The ID token was issued to another client.');
  const { iss: issuer, sub, email, email_verified: emailVerified } = claims;
  return { issuer, sub, email, emailVerified };
}

/**
 * Metadata and keys anew for each login: people accept invitations too rarely for a cache. The
 * library compares the metadata's issuer with the tenant's.
 */
function discover(
  { backchannel }: KeycloakLoginOptions,
  { issuer, isolation, slug }: LoginPlace,
): Promise<oidc.Configuration> {
  const clientId = isolation === 'silo' ? WEB_CLIENT : formatPoolName(WEB_CLIENT, slug);
  const extensions = [oidc.enableNonRepudiationChecks];
  // Development alone has an issuer without TLS; the library marks the switch so that one thinks.
  if (issuer.startsWith('http:') || backchannel?.startsWith('http:') === true)
    extensions.push(oidc.allowInsecureRequests);
  return oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
    execute: extensions,
    timeout: TIMEOUT_S,
    ...(backchannel === undefined ? {} : { [oidc.customFetch]: via(issuer, backchannel) }),
  });
}

/** Requests to the issuer's server go to the other address; what it signs stays the same. */
function via(issuer: string, backchannel: string): oidc.CustomFetch {
  const { origin } = new URL(issuer);
  return (url, request) =>
    fetch(url.startsWith(`${origin}/`) ? `${backchannel}${url.slice(origin.length)}` : url, {
      ...request,
      body: request.body ?? null,
    } as RequestInit);
}

/** No answer, an answer too late, or that of a server that starts or dies. */
function isSilence(error: unknown): boolean {
  const { code, message, cause } = error as Told;
  const { status, message: causeMessage } = (cause ?? {}) as Told;
  if (code === 'OAUTH_TIMEOUT' || (typeof status === 'number' && status >= 500)) return true;
  // What fetch throws, as it is or as the cause of the library's error.
  return [message, causeMessage].includes('fetch failed');
}

type Told = Readonly<Partial<Record<'code' | 'message' | 'cause' | 'status', unknown>>>;

function fail(error: unknown): never {
  if (error instanceof LoginError) throw error;
  const options = { cause: error };
  if (isSilence(error)) throw new LoginError('unavailable', 'The provider is silent.', options);
  if (error instanceof oidc.AuthorizationResponseError)
    throw new LoginError('declined', 'The provider sent no login.', options);
  throw new LoginError('invalid', 'The answer does not belong to this login.', options);
}
