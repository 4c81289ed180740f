import { NetworkError } from '@keycloak/keycloak-admin-client';
import { PortError } from '../../ports/call.ts';
import type { PortErrorCode } from '../../ports/call.ts';
import { wasNotSent } from '../../ports/not-sent.ts';

/** Our error for the port; the message names no person, the cause holds what Keycloak said. */
export function refuse(code: PortErrorCode, message: string, cause?: unknown): PortError {
  return new PortError('identity', code, message, { cause });
}

/** Keycloak's own words, for our decisions and logs only. */
function saidOf(error: unknown): string {
  return error instanceof PortError && error.cause instanceof Error ? error.cause.message : '';
}

/** HTTP status behind an error of ours; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof PortError)) return undefined;
  return error.cause instanceof NetworkError ? error.cause.response.status : undefined;
}

/** Runs a removal; a 404 says that another one was faster. */
export async function absentIsFine(remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

/** What Keycloak says, with a 400, to whoever lost a race in its database. */
const LOST_RACE = /^(?:Duplicate resource error|Database operation failed)/u;

/** Whether it is there already: made before (409), or by another attempt at the same moment. */
export function isTaken(error: unknown): boolean {
  if (statusOf(error) === 409) return true;
  return statusOf(error) === 400 && LOST_RACE.test(saidOf(error));
}

/** Translates whatever one admin request threw. `what` names the request in our words. */
export function toPortError(what: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  if (error instanceof NetworkError) {
    const { status } = error.response;
    return refuse(codeOfStatus(status), `Keycloak answered ${status} to ${what}`, error);
  }
  if (wasNotSent(error)) {
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
