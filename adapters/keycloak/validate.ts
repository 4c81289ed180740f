import type {
  ExternalIdentityProvider,
  IdentityRequest,
  IdentityShape,
} from '../../ports/identity-provider.ts';
import { refuse } from './failures.ts';

/** Width of Keycloak's columns; beyond it the refusal looks like that of a lost race. */
const MAX_TEXT_CHARS = 255;
const ALIAS = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * What Keycloak answers like a passing failure though it is permanent (bad redirect or provider
 * addresses, overlong names), so that these answers are left for what passes. Throws `PortError`
 * `invalid`.
 */
export function assureRequest(request: IdentityRequest): void {
  assureShape(request);
  assureFits(request.adminEmail);
}

/** As above, of a tenant whose people came from elsewhere. */
export function assureShape(request: IdentityShape): void {
  assureOrigin(request.origin);
  assureFits(request.displayName);
  const seen = new Set<string>();
  for (const provider of request.identityProviders) {
    if (!ALIAS.test(provider.alias)) throw refuse('invalid', 'an identity provider alias is wrong');
    if (seen.has(provider.alias))
      throw refuse('invalid', 'an identity provider stands there twice');
    seen.add(provider.alias);
    assureAddresses(provider);
  }
}

function assureFits(text: string): void {
  if (text.length > MAX_TEXT_CHARS) {
    throw refuse('invalid', `a name or address is over ${MAX_TEXT_CHARS} characters`);
  }
}

export function assureOrigin(origin: string): void {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url?.origin !== origin || !['http:', 'https:'].includes(url.protocol)) {
    throw refuse('invalid', 'the origin of the front end is not an origin');
  }
}

/** `sslRequired: external` makes Keycloak refuse providers that are not https. */
function assureAddresses(provider: ExternalIdentityProvider): void {
  const addresses = {
    issuer: provider.issuer,
    authorizationUrl: provider.authorizationUrl,
    tokenUrl: provider.tokenUrl,
    jwksUrl: provider.jwksUrl,
    userInfoUrl: provider.userInfoUrl,
  };
  for (const [name, value] of Object.entries(addresses)) {
    if (value === undefined) continue;
    if (!URL.canParse(value) || new URL(value).protocol !== 'https:') {
      throw refuse('invalid', `${name} of identity provider ${provider.alias} is not an https URL`);
    }
  }
}
