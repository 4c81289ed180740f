import { INVITATIONS_PATH } from '../domain/invitation-mail.ts';
import type { LoginClaims } from '../domain/invitation.ts';
import type { Isolation } from '../domain/isolation.ts';

/** Where the people of a tenant sign in. */
export interface LoginPlace {
  readonly slug: string;
  readonly isolation: Isolation;
  /** Exact `iss` of its tokens, from the tenant's row. */
  readonly issuer: string;
}

/**
 * What an answer is known by to belong to a login. Secret: the browser that began the login keeps
 * it, sealed, and nobody else has it.
 */
export interface LoginSecrets {
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636. */
  readonly codeVerifier: string;
}

export interface BegunLogin {
  /** Where the browser goes to sign in. */
  readonly url: string;
  readonly secrets: LoginSecrets;
}

export interface LoginRequest {
  readonly place: LoginPlace;
  /** Address that the sign-in form shows already. */
  readonly email: string;
}

export interface LoginAnswer {
  readonly place: LoginPlace;
  readonly secrets: LoginSecrets;
  /** The query with which the browser came back. */
  readonly query: URLSearchParams;
}

/**
 * - `unavailable`: the provider does not answer; later it may.
 * - `declined`: it sends the person back without a login, as when they cancel.
 * - `invalid`: the answer is none to this login, or what it says does not hold.
 */
export type LoginErrorCode = 'unavailable' | 'declined' | 'invalid';

/** `message` is free of personal data and secrets; what the provider said is in `cause`. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
  readonly code: LoginErrorCode;

  constructor(code: LoginErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Lets somebody prove who they are: authorization code flow (OpenID Connect Core 1.0, 3.1) with
 * PKCE S256, state and nonce.
 *
 * Who retries: the person. Durability: none, the secrets are the caller's to keep; a code is good
 * once. `begin` and `finish` reject with `LoginError`.
 */
export interface OidcLogin {
  /** The provider asks for the credentials anew: whose session the browser has proves nothing. */
  begin(request: LoginRequest): Promise<BegunLogin>;
  /**
   * Exchanges the code. Signature, `iss`, `aud`, `azp`, `exp`, `nonce`, `state` and the age of the
   * login hold when it resolves; what the claims mean is the caller's rule.
   */
  finish(answer: LoginAnswer): Promise<LoginClaims>;
  /** Page on which a person ends the session there, to sign in as somebody else. */
  signOutUrl(place: LoginPlace): string;
}

/** A login that takes longer is begun anew. */
export const LOGIN_LIFE_S = 900;

/** Where a login comes back; the provider must allow it. `base`: the public URL of the API. */
export function loginCallback(base: string): string {
  return `${base}${INVITATIONS_PATH}/callback`;
}
