import { NetworkError } from '@keycloak/keycloak-admin-client';
import { PortError } from '../../ports/call.ts';
import type { PortErrorCode } from '../../ports/call.ts';

/** Codes of Node and undici that tell that no request left this machine. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Our error for the port; the message names no person, the cause holds what Keycloak said. */
export function refuse(code: PortErrorCode, message: string, cause?: unknown): PortError {
  return new PortError('identity', code, message, { cause });
}

/** HTTP status behind an error of ours; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof PortError)) return undefined;
  return error.cause instanceof NetworkError ? error.cause.response.status : undefined;
}

/** Translates whatever one admin request threw. `what` names the request in our words. */
export function toPortError(what: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  if (error instanceof NetworkError) {
    const { status } = error.response;
    return refuse(codeOfStatus(status), `Keycloak answered ${status} to ${what}`, error);
  }
  if (NOT_SENT.has(transportCode(error))) {
    return refuse('unavailable', `Keycloak is not reached for ${what}`, error);
  }
  return refuse('unknown', `Keycloak gave no answer to ${what}`, error);
}

/**
 * What a status means where the caller knows nothing better. 404 and 409 are races: nothing was
 * done, and the next attempt looks first. 500 is a database failure, a bad body or a race.
 */
function codeOfStatus(status: number): PortErrorCode {
  switch (status) {
    case 401:
    case 403:
      return 'forbidden';
    case 404:
    case 409:
    case 429:
    case 503:
      return 'unavailable';
    default:
      return status >= 500 ? 'unknown' : 'invalid';
  }
}

function transportCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : '';
}
