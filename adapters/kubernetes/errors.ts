import { ApiException } from '@kubernetes/client-node';
import { PortError } from '../../ports/call.ts';
import type { PortErrorCode } from '../../ports/call.ts';
import { wasNotSent } from '../../ports/not-sent.ts';

/** The part of Kubernetes' `Status` object that tells refusals apart. */
interface Status {
  readonly details?: {
    /** Of the object in question. */
    readonly name?: string;
    readonly causes?: readonly { readonly reason?: string }[];
  };
}

/**
 * Only where the server names the object: while it does not serve the kind, e.g. because its
 * definition is just being replaced, it says 404 as well, and the object may be there.
 */
export function isNotFound(error: unknown): boolean {
  if (!(error instanceof PortError) || !(error.cause instanceof ApiException)) return false;
  const { code, body } = error.cause;
  return code === 404 && parseStatus(body).details?.name !== undefined;
}

/** `changes`: a lost answer leaves it open whether something was changed. */
export function toPortError(
  { port, kind }: { readonly port: string; readonly kind: string },
  error: unknown,
  changes: boolean,
): PortError {
  const [code, message] =
    error instanceof ApiException ? refusalOf(kind, error, changes) : lossOf(error, changes);
  return new PortError(port, code, message, { cause: error });
}

function lossOf(error: unknown, changes: boolean): [PortErrorCode, string] {
  return [changes && !wasNotSent(error) ? 'unknown' : 'unavailable', 'Kubernetes gave no answer'];
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/ and server-side-apply/#conflicts */
function refusalOf(
  kind: string,
  { code, body }: ApiException<unknown>,
  changes: boolean,
): [PortErrorCode, string] {
  const { details } = parseStatus(body);
  const hasCause = (reason: string) => details?.causes?.some((cause) => cause.reason === reason);
  if (code === 403 && hasCause('NamespaceTerminating')) {
    return ['unavailable', 'the namespace is being deleted'];
  }
  if (code === 401 || code === 403) return ['forbidden', 'Kubernetes refuses our credentials'];
  // People make namespaces and install kinds: that is mended as an outage is, so the saga waits.
  if (code === 404) return ['unavailable', `the namespace or the kind ${kind} is not there`];
  if (code === 409 && hasCause('FieldManagerConflict')) {
    return ['foreign', `another field manager owns the ${kind}`];
  }
  if (code === 409) return ['unavailable', `the ${kind} changed at the same moment`];
  if (code === 429 || code === 503) return ['unavailable', 'Kubernetes is busy'];
  if (code >= 500) return [changes ? 'unknown' : 'unavailable', 'Kubernetes failed'];
  return ['invalid', `Kubernetes does not take the ${kind}`];
}

function parseStatus(body: unknown): Status {
  if (typeof body !== 'string') return {};
  try {
    return JSON.parse(body) as Status;
  } catch {
    return {};
  }
}
