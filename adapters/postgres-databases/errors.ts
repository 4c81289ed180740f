import { PortError } from '../../ports/call.ts';
import type { PortErrorCode } from '../../ports/call.ts';
import { wasNotSent } from '../../ports/not-sent.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html; EPIPE is a word of Node's. */
const SQL_STATE = /^[0-9FHPX][0-9A-Z]{4}$/u;
const INSUFFICIENT_PRIVILEGE = '42501';
/** A role or database made by another one at the same moment; XX000 is what ALTER ROLE says. */
const MADE_MEANWHILE: ReadonlySet<string> = new Set(['23505', '42710', '42P04', 'XX000']);
const DEPENDENT_OBJECTS = '2BP01';
/** Invalid authorization; syntax error or access rule violation; data exception. */
const CREDENTIAL_CLASS = '28';
const REFUSED_CLASSES: ReadonlySet<string> = new Set(['42', '22']);
/** Operator intervention, system error, internal error: how far it came is not told. */
const BROKEN_OFF_CLASSES: ReadonlySet<string> = new Set(['57', '58', 'XX']);
/** Not accepting connections yet: nothing was taken. */
const CANNOT_CONNECT_NOW = '57P03';

/** `changes`: a lost answer leaves it open whether something was changed. */
export function toPortError(error: unknown, changes: boolean): PortError {
  const { code } = (error ?? {}) as { code?: unknown };
  const [port, message] =
    typeof code === 'string' && SQL_STATE.test(code)
      ? refusalOf(code, changes)
      : lossOf(error, changes);
  return new PortError('tenant-database', port, message, { cause: error });
}

function lossOf(error: unknown, changes: boolean): [PortErrorCode, string] {
  return [changes && !wasNotSent(error) ? 'unknown' : 'unavailable', 'Postgres gave no answer'];
}

function refusalOf(state: string, changes: boolean): [PortErrorCode, string] {
  const area = state.slice(0, 2);
  if (area === CREDENTIAL_CLASS || state === INSUFFICIENT_PRIVILEGE) {
    return ['forbidden', 'Postgres refuses our credentials or rights'];
  }
  if (MADE_MEANWHILE.has(state)) return ['unavailable', 'it was changed at the same moment'];
  if (state === DEPENDENT_OBJECTS) {
    return ['unavailable', 'the role of the tenant owns something in another database'];
  }
  if (REFUSED_CLASSES.has(area)) return ['invalid', 'Postgres does not take the request'];
  if (BROKEN_OFF_CLASSES.has(area) && state !== CANNOT_CONNECT_NOW) {
    return [changes ? 'unknown' : 'unavailable', 'Postgres broke the request off'];
  }
  return ['unavailable', 'Postgres cannot do it now'];
}
