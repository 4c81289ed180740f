import { setTimeout as sleep } from 'node:timers/promises';
import KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type { KeycloakConfig } from './config.ts';
import { refuse, statusOf, toPortError } from './failures.ts';
import { createServiceToken } from './token.ts';
import type { ServiceToken } from './token.ts';

/** Right after a start a realm takes 4 s (KEYCLOAK measurements); four times that. */
const REQUEST_TIMEOUT_MS = 15_000;

export interface KeycloakAdmin {
  /**
   * Sends one admin request. A 401 is tried once more with a new token: nothing was done.
   * Rejects with `PortError`; `statusOf` tells the HTTP status.
   */
  request<T>(
    signal: AbortSignal,
    what: string,
    send: (client: KeycloakAdminClient) => Promise<T>,
  ): Promise<T>;
  /** Resolves when Keycloak gives a new token and lets it see the admin API. */
  probe(signal: AbortSignal): Promise<void>;
  /** Waits between two looks; rejects with `PortError` when `signal` fires. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

export function createKeycloakAdmin(config: KeycloakConfig): KeycloakAdmin {
  const token = createServiceToken(config);
  const request: KeycloakAdmin['request'] = async (signal, what, send) => {
    try {
      return await attempt(config, token, signal, what, send);
    } catch (error) {
      if (statusOf(error) !== 401) throw error;
      token.forget();
      return attempt(config, token, signal, what, send);
    }
  };
  return {
    request,
    probe: async (signal) => {
      token.forget();
      // Who holds no admin role gets a 403 here; a realm that is not ours answers with a stub.
      await request(signal, 'a look at the service realm', (client) =>
        client.realms.findOne({ realm: config.realm }),
      );
    },
    pause: async (ms, signal) => {
      try {
        await sleep(ms, undefined, { signal });
      } catch (error) {
        throw refuse('unknown', 'the call ended while Keycloak was still at work', error);
      }
    },
  };
}

/**
 * A client of its own for each request (80 us): the admin client takes its signal at construction
 * only, and its own `timeout` would replace the caller's signal.
 */
async function attempt<T>(
  config: KeycloakConfig,
  token: ServiceToken,
  signal: AbortSignal,
  what: string,
  send: (client: KeycloakAdminClient) => Promise<T>,
): Promise<T> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
  // Its type leaves `signal` out, since `timeout` would replace it; without one it is passed on.
  const requestOptions: RequestInit = { signal: bounded };
  const client = new KeycloakAdminClient({
    baseUrl: config.adminUrl,
    realmName: config.realm,
    requestOptions,
  });
  client.registerTokenProvider({ getAccessToken: () => token.get(bounded) });
  try {
    return await send(client);
  } catch (error) {
    throw toPortError(what, error);
  }
}
