import { NetworkError } from '@keycloak/keycloak-admin-client';
import { getToken } from '@keycloak/keycloak-admin-client/lib/utils/auth.js';
import type { PortError } from '../../ports/call.ts';
import type { KeycloakConfig } from './config.ts';
import { refuse, toPortError } from './failures.ts';

/** A token is renewed this long before it ends; the service client's live 60 s. */
const RENEW_BEFORE_MS = 10_000;
/** Of its own, since the token in flight belongs to no single call. */
const TOKEN_TIMEOUT_MS = 10_000;

export interface ServiceToken {
  /** Shares one request in flight. Rejects with `PortError`, also when `signal` fires first. */
  get(signal: AbortSignal): Promise<string>;
  /** The next `get` fetches anew: after a 401, and for probes. */
  forget(): void;
}

/** The admin client has no refresh for client credentials, hence this cache. */
export function createServiceToken(config: KeycloakConfig, nowMs = monotonicMs): ServiceToken {
  let held: { readonly token: string; readonly renewAtMs: number } | undefined;
  let inFlight: Promise<string> | undefined;

  const fetchToken = async (): Promise<string> => {
    const askedAtMs = nowMs();
    const { accessToken, expiresIn } = await requestToken(config);
    held = { token: accessToken, renewAtMs: askedAtMs + expiresIn * 1000 - RENEW_BEFORE_MS };
    return accessToken;
  };

  return {
    get: async (signal) => {
      if (held !== undefined && nowMs() < held.renewAtMs) return held.token;
      inFlight ??= fetchToken().finally(() => {
        inFlight = undefined;
      });
      return unlessAborted(inFlight, signal);
    },
    forget: () => {
      held = undefined;
    },
  };
}

async function requestToken(config: KeycloakConfig) {
  try {
    return await getToken({
      baseUrl: config.adminUrl,
      realmName: config.realm,
      credentials: {
        grantType: 'client_credentials',
        clientId: config.clientId,
        clientSecret: config.clientSecret,
      },
      requestOptions: { signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS) },
    });
  } catch (error) {
    throw toTokenError(error);
  }
}

/** Every 4xx (wrong secret, unknown client or realm) is for a person to mend. */
function toTokenError(error: unknown): PortError {
  const status = error instanceof NetworkError ? error.response.status : undefined;
  if (status !== undefined && status < 500 && status !== 429) {
    return refuse('forbidden', 'Keycloak refuses the service client', error);
  }
  const failure = toPortError('the token request', error);
  // Without a token nothing was asked for: the outcome of the caller's request is known.
  return refuse('unavailable', failure.message, failure.cause);
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => {
    reject(refuse('unknown', 'the call ended before Keycloak gave a token', signal.reason));
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function monotonicMs(): number {
  return performance.now();
}
