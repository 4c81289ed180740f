import { createHash, randomUUID } from 'node:crypto';
import type { LoginClaims } from '../../domain/invitation.ts';
import { LoginError } from '../../ports/oidc-login.ts';
import type { LoginAnswer, LoginRequest, OidcLogin } from '../../ports/oidc-login.ts';

export interface MemoryLogin {
  readonly login: OidcLogin;
  /** Who signs in next, where it is not the person that the address of the request belongs to. */
  person: Partial<LoginClaims> | 'declines' | undefined;
  /** Whether the provider answers. */
  reachable: boolean;
}

interface Issued {
  readonly request: LoginRequest;
  readonly secrets: LoginAnswer['secrets'];
  readonly claims: LoginClaims;
}

/**
 * A provider without a sign-in page: whoever is sent there comes back at once, as the person whose
 * address the request has. For development and tests.
 */
export function createMemoryLogin(redirectUri: string): MemoryLogin {
  const issued = new Map<string, Issued>();
  const begin = async (request: LoginRequest) => {
    assureReachable(memory);
    const secrets = { state: randomUUID(), nonce: randomUUID(), codeVerifier: randomUUID() };
    const back = new URL(redirectUri);
    back.searchParams.set('state', secrets.state);
    if (memory.person === 'declines') back.searchParams.set('error', 'access_denied');
    else {
      const code = randomUUID();
      issued.set(code, { request, secrets, claims: { ...claimsOf(request), ...memory.person } });
      back.searchParams.set('code', code);
    }
    return { url: back.href, secrets };
  };
  const memory: MemoryLogin = {
    login: {
      begin,
      finish: async (answer) => {
        assureReachable(memory);
        return redeem(issued, answer);
      },
      signOutUrl: ({ issuer }) => `${issuer}/sign-out`,
    },
    person: undefined,
    reachable: true,
  };
  return memory;
}

function assureReachable({ reachable }: MemoryLogin): void {
  if (!reachable) throw new LoginError('unavailable', 'The provider is silent.');
}

/** A code is good once, and for the login that it was issued to. */
function redeem(issued: Map<string, Issued>, { place, secrets, query }: LoginAnswer): LoginClaims {
  if (query.get('state') !== secrets.state)
    throw new LoginError('invalid', 'The state is that of another login.');
  if (query.has('error')) throw new LoginError('declined', 'The provider sent no login.');
  const code = query.get('code') ?? '';
  const found = issued.get(code);
  issued.delete(code);
  const holds =
    found?.request.place.issuer === place.issuer &&
    found.request.place.slug === place.slug &&
    found.secrets.nonce === secrets.nonce &&
    found.secrets.codeVerifier === secrets.codeVerifier;
  if (!holds) throw new LoginError('invalid', 'The code is not that of this login.');
  return found.claims;
}

/** The same address at the same provider is the same person. */
function claimsOf({ place, email }: LoginRequest): LoginClaims {
  const sub = createHash('sha256').update(`${place.issuer} ${email}`).digest('hex');
  return { issuer: place.issuer, sub, email, emailVerified: true };
}
