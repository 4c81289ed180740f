import { StoreError } from '../../ports/registry-store.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SQL_STATE = /^[0-9A-Z]{5}$/;
const UNIQUE_VIOLATION = '23505';
const REPEATABLE: ReadonlySet<string> = new Set(['40001', '40P01']);
const NO_SPACE: ReadonlySet<string> = new Set(['53100']);
/** Classes: connection exception, insufficient resources, operator intervention, system error. */
const UNAVAILABLE_CLASSES: ReadonlySet<string> = new Set(['08', '53', '57', '58']);
/** Idle in a transaction, idle session, read-only standby, lock not available. */
const UNAVAILABLE: ReadonlySet<string> = new Set(['25P03', '25P04', '25006', '55P03']);
/** What node-postgres says without a code when its connection went or did not answer. */
const CONNECTION_TEXT =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout)/;
const SYSTEM_CODE = /^E[A-Z]{3,}$/;

type Coded = { code?: unknown; constraint?: unknown; message?: unknown; cause?: unknown };

/** The innermost error that tells something: drizzle wraps what node-postgres threw. */
function origin(error: unknown): Coded {
  let current = error as Coded;
  while (!isTelling(current) && isObject(current.cause)) current = current.cause;
  return current;
}

function isObject(value: unknown): value is Coded {
  return typeof value === 'object' && value !== null;
}

function isTelling(error: Coded): boolean {
  return typeof error.code === 'string' || CONNECTION_TEXT.test(String(error.message));
}

function sqlStateOf(error: unknown): string | undefined {
  const { code } = origin(error);
  return typeof code === 'string' && SQL_STATE.test(code) && !SYSTEM_CODE.test(code)
    ? code
    : undefined;
}

/** Worth repeating as a whole transaction: nothing of it stayed. */
export function isRepeatable(error: unknown): boolean {
  return REPEATABLE.has(sqlStateOf(error) ?? '');
}

/** Name of the unique constraint or index that was violated. */
export function violatedConstraint(error: unknown): string | undefined {
  const { constraint } = origin(error);
  if (sqlStateOf(error) !== UNIQUE_VIOLATION || typeof constraint !== 'string') return undefined;
  return constraint;
}

/** The connection is gone or no longer to be trusted; what was under way may have happened. */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== undefined) {
    return state.startsWith('08') || state.startsWith('57P') || state.startsWith('25P');
  }
  const { code, message } = origin(error);
  return (
    (typeof code === 'string' && SYSTEM_CODE.test(code)) || CONNECTION_TEXT.test(String(message))
  );
}

/** Ours and the rules' errors pass; what Postgres or the network said becomes a `StoreError`. */
export function asStoreError(error: unknown): unknown {
  if (error instanceof StoreError) return error;
  const state = sqlStateOf(error);
  const options = { cause: error };
  if (state !== undefined && NO_SPACE.has(state)) {
    return new StoreError('store-full', 'The registry database has no space left.', options);
  }
  const unavailable =
    state === undefined
      ? isConnectionLoss(error)
      : UNAVAILABLE.has(state) ||
        REPEATABLE.has(state) ||
        UNAVAILABLE_CLASSES.has(state.slice(0, 2));
  if (!unavailable) return error;
  const code = state ?? origin(error).code;
  const detail = typeof code === 'string' ? ` (${code})` : '';
  return new StoreError(
    'store-unavailable',
    `The registry database does not answer${detail}.`,
    options,
  );
}
