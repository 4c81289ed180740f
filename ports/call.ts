/**
 * What each call to an outside system carries, and how failures are told apart (DESIGN 5.3-5.5).
 *
 * Who retries: the saga, never the adapter. An adapter makes one attempt and stops before
 * `signal` fires, so that no attempt outlives its activity.
 */

/**
 * The owner mark: it stands on every outside object, so that foreign objects are never touched.
 * Whose it is, `isMine` of `owner-mark.ts` decides alone.
 */
export interface OwnerMark {
  /** Origin of the registry's log: several registries may share an outside system (ADR 37). */
  readonly registry: string;
  /** UUID of the tenant. */
  readonly tenant: string;
  /** UUID of the operation that made the object. */
  readonly operation: string;
}

/** One attempt of one step. */
export interface Call {
  readonly owner: OwnerMark;
  /** Fires before the activity's `startToClose`; the request stops then. */
  readonly signal: AbortSignal;
}

/**
 * - `foreign`: an object of that name is there and does not carry our mark. Permanent.
 * - `invalid`: the outside system refuses the request as such. Permanent.
 * - `forbidden`: it refuses our credentials or rights. Transient: a person mends it, sagas park.
 * - `unavailable`: it did not take the request (refused, 503, rate limit). Transient, nothing done.
 * - `unknown`: no answer, or one that does not tell whether the effect took place. Transient.
 */
export type PortErrorCode = 'foreign' | 'invalid' | 'forbidden' | 'unavailable' | 'unknown';

const PERMANENT: ReadonlySet<PortErrorCode> = new Set(['foreign', 'invalid']);

/**
 * A failure of an outside system. `message` is written by us and free of personal data and secrets
 * (it goes into Temporal and the API); what the system said is in `cause`, for the log only.
 */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly code: PortErrorCode;
  /** The port it comes from, e.g. `identity`; with the code it is the public reason. */
  readonly port: string;

  constructor(port: string, code: PortErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.port = port;
    this.code = code;
  }

  /** Permanent errors unwind a saga before its pivot; transient ones retry, then park. */
  get permanent(): boolean {
    return PERMANENT.has(this.code);
  }
}
