import type { z } from 'zod';
import { StoreError } from '../ports/registry-store.ts';
import type { StoreErrorCode } from '../ports/registry-store.ts';
import { SagaEngineError } from '../ports/saga-engine.ts';
import type { SagaEngineErrorCode } from '../ports/saga-engine.ts';
import { PlaneRefusedError } from '../registry/errors.ts';
import { PROBLEM_KINDS, problemType } from './problem-codes.ts';
import type { ProblemCode } from './problem-codes.ts';

/*
 * The only place where errors become HTTP (RFC 9457, application/problem+json). Handlers throw
 * problems or let errors of the ports pass; what is known nowhere becomes `internal`, without text.
 */

/** One wrong member of a request. */
export interface MemberError {
  /** JSON pointer into the body, `?name` of the query, `{name}` of the path, or a header's name. */
  readonly at: string;
  readonly detail: string;
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly whatToDo: string;
  readonly errors?: readonly MemberError[];
  /** `tenant-busy`, `tenant-leaving`: the saga that holds the tenant. */
  readonly saga?: string;
}

interface ProblemExtras {
  readonly errors?: readonly MemberError[];
  readonly saga?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A refusal on its way to the caller. `detail` is public: no personal data, no ids of others. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail, { cause: extras.cause });
    this.code = code;
    this.extras = extras;
  }

  get status(): number {
    return PROBLEM_KINDS[this.code].status;
  }

  get headers(): Readonly<Record<string, string>> {
    if (this.code === 'unauthorized')
      return { 'WWW-Authenticate': 'Bearer realm="tenure"', ...this.extras.headers };
    if (this.status === SERVICE_UNAVAILABLE) return { 'Retry-After': String(RETRY_AFTER_S) };
    return this.extras.headers ?? {};
  }

  toBody(): ProblemBody {
    const { status, title, whatToDo } = PROBLEM_KINDS[this.code];
    const { errors, saga } = this.extras;
    return {
      type: problemType(this.code),
      title,
      status,
      detail: this.message,
      whatToDo,
      ...(errors === undefined ? {} : { errors }),
      ...(saga === undefined ? {} : { saga }),
    };
  }
}

const SERVICE_UNAVAILABLE = 503;
const RETRY_AFTER_S = 5;

/** The same for "not there" and "not yours", whatever was asked for. */
export function notFound(): Problem {
  return new Problem('not-found', 'Nothing is known under this path.');
}

const STORE_CODES: Record<StoreErrorCode, ProblemCode> = {
  'store-unavailable': 'store-unavailable',
  'store-unknown': 'store-unknown',
  'store-full': 'store-full',
  // Questions of sagas; no route asks them.
  'undo-refused': 'internal',
  'operation-barred': 'internal',
  // Nor does one commit; acceptance answers this by itself.
  'tenant-busy': 'internal',
};

const ENGINE_CODES: Record<SagaEngineErrorCode, ProblemCode> = {
  'engine-unavailable': 'engine-unavailable',
  'saga-not-found': 'command-refused',
  'command-refused': 'command-refused',
};

/** What express and its body parser say: an error with a `type` or a `status` of HTTP. */
const BODY_CODES = new Map<unknown, ProblemCode>(
  Object.entries({
    'entity.too.large': 'body-too-large',
    'entity.parse.failed': 'body-malformed',
    'request.aborted': 'body-malformed',
    'request.size.invalid': 'body-malformed',
    'encoding.unsupported': 'content-type-unsupported',
    'charset.unsupported': 'content-type-unsupported',
  } satisfies Record<string, ProblemCode>),
);

const BAD_REQUEST = 400;

/** Any error to what the caller is told. The cause stays for the log. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreError)
    return new Problem(STORE_CODES[error.code], 'The store refused.', { cause: error });
  if (error instanceof SagaEngineError)
    return new Problem(ENGINE_CODES[error.code], `${error.message}.`.replace(/\.\.$/, '.'), {
      cause: error,
    });
  if (error instanceof PlaneRefusedError) return refusedPlane(error);
  const { type, status } = (error ?? {}) as { type?: unknown; status?: unknown };
  const code = BODY_CODES.get(type);
  if (code !== undefined) return new Problem(code, 'The body was not taken.', { cause: error });
  // express: a path with broken percent-encoding.
  if (status === BAD_REQUEST) return notFound();
  return new Problem('internal', 'The request failed.', { cause: error });
}

/** The codes of receipts are those of facts-v1; a key comes as a member of a body. */
function refusedPlane(cause: PlaneRefusedError): Problem {
  const { code } = cause;
  if (code !== 'key-invalid') return new Problem(code, 'The receipt is refused.', { cause });
  const detail = 'Must be a plane’s note key for this log: <log>/plane/<name>+<hash>+<base64>.';
  const errors = [{ at: '/key', detail }];
  return new Problem('request-invalid', 'The body is not valid.', { errors, cause });
}

/** Sentences for what zod says of a wrong type; every other check brings its own. */
export function describeTypeError(issue: {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly expected?: unknown;
}): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  return issue.input === undefined ? 'Is missing.' : `Must be of type ${String(issue.expected)}.`;
}

/** The first mistake of each member: the next ones as a rule follow from it. */
export function validationProblem(
  part: 'body' | 'query' | 'params' | 'headers',
  error: z.ZodError,
): Problem {
  const errors = error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys')
      return [{ at: formatPlace(part, path), detail: issue.message }];
    return issue.keys.map((key) => ({
      at: formatPlace(part, [...path, key]),
      detail: 'Unknown; check the spelling.',
    }));
  });
  const firsts = errors.filter(
    ({ at }, index) => errors.findIndex((error) => error.at === at) === index,
  );
  return new Problem('request-invalid', `The ${PART_NAMES[part]} is not valid.`, {
    errors: firsts,
  });
}

const PART_NAMES = { body: 'body', query: 'query', params: 'path', headers: 'header' } as const;

function formatPlace(part: keyof typeof PART_NAMES, path: readonly string[]): string {
  switch (part) {
    case 'body':
      // RFC 6901 escapes, in that order.
      return `/${path.map((key) => key.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
    case 'query':
      return `?${path.join('.')}`;
    case 'params':
      return `{${path.join('.')}}`;
    case 'headers':
      return path.join('.');
  }
}
