/** One kind of refusal. Codes and statuses are stable: callers branch on `type`. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What the caller can do about it. */
  readonly whatToDo: string;
}

const kinds = <const T extends Record<string, ProblemKind>>(table: T): T => table;

/** The closed table of all problems that the API answers (RFC 9457), by code. */
export const PROBLEM_KINDS = kinds({
  'request-invalid': {
    status: 400,
    title: 'The request is not valid',
    whatToDo: 'Correct the members that `errors` names; the reference page has each one’s rule.',
  },
  'body-malformed': {
    status: 400,
    title: 'The body is not JSON',
    whatToDo: 'Send one JSON object in UTF-8.',
  },
  'cursor-invalid': {
    status: 400,
    title: 'The cursor is not one of ours',
    whatToDo: 'Pass `next` of the page before unchanged, with the same filters, or start anew.',
  },
  unauthorized: {
    status: 401,
    title: 'A valid token is needed',
    whatToDo: 'Send `Authorization: Bearer <OPERATOR_TOKEN>`.',
  },
  forbidden: {
    status: 403,
    title: 'This token may not do that',
    whatToDo: 'The reader token reads `/v1/facts` and nothing else; send the operator token.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here',
    whatToDo: 'Check the path and the id.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The resource does not take this method',
    whatToDo: 'Use one of the methods that the header `Allow` names.',
  },
  'slug-taken': {
    status: 409,
    title: 'The slug is taken',
    whatToDo:
      'Choose another slug; it comes free when its tenant’s provisioning fails, or 180 days after that tenant was archived.',
  },
  'host-taken': {
    status: 409,
    title: 'The host is taken',
    whatToDo: 'Choose another slug.',
  },
  'tenant-busy': {
    status: 409,
    title: 'Another operation of this tenant is running',
    whatToDo: 'Wait until the saga that `saga` names has ended, then send the request again.',
  },
  'tenant-state': {
    status: 409,
    title: 'The tenant is not in a state that allows this',
    whatToDo: 'Look at the tenant’s `state`.',
  },
  'tenant-frozen': {
    status: 409,
    title: 'The tenant is frozen already',
    whatToDo: 'Nothing is left to do; `POST /v1/tenants/{tenant}/unfreeze` takes a freeze back.',
  },
  'tenant-not-frozen': {
    status: 409,
    title: 'The tenant is not frozen',
    whatToDo: 'Look at the tenant’s `state`; only a frozen one can be unfrozen.',
  },
  'isolation-same': {
    status: 409,
    title: 'The tenant is in that isolation mode already',
    whatToDo: 'Nothing is left to do; look at the tenant’s `isolation`.',
  },
  'tenant-leaving': {
    status: 409,
    title: 'The tenant is being offboarded',
    whatToDo: 'Revoke it first: `POST /v1/tenants/{tenant}/offboard/revoke`; `saga` names it.',
  },
  'tenant-not-leaving': {
    status: 409,
    title: 'The tenant is not being offboarded',
    whatToDo: 'Look at the tenant’s `state` and `offboarding`.',
  },
  'member-state': {
    status: 409,
    title: 'The member is not in a state that allows this',
    whatToDo: 'Look at the member’s `state`.',
  },
  'last-owner': {
    status: 409,
    title: 'The member is the last owner',
    whatToDo: 'Give another active member the owner role first, or transfer the ownership.',
  },
  'not-owner': {
    status: 409,
    title: 'The member is no owner',
    whatToDo: 'Name an active member who has the owner role as `from`.',
  },
  'member-exists': {
    status: 409,
    title: 'The person is a member already',
    whatToDo: 'Change the roles or the state of the membership that is there.',
  },
  'invitation-pending': {
    status: 409,
    title: 'The address is invited already',
    whatToDo: 'Send that invitation again, or revoke it first.',
  },
  'invitation-limit': {
    status: 409,
    title: 'The tenant has as many pending invitations as it may have',
    whatToDo: 'Wait until some are accepted or have expired, or revoke some.',
  },
  'invitation-ended': {
    status: 409,
    title: 'The invitation has ended',
    whatToDo: 'Look at its `state`; invite anew when it expired or was revoked.',
  },
  'plan-below-use': {
    status: 409,
    title: 'The plan is below present use',
    whatToDo: 'Lower the use that the detail names, or choose a larger plan.',
  },
  'request-state': {
    status: 409,
    title: 'The product request was answered already',
    whatToDo: 'Look at the request’s `state`; the customer can ask anew.',
  },
  'request-pending': {
    status: 409,
    title: 'The product is asked for already',
    whatToDo: 'Wait until the pending request is answered.',
  },
  'trial-over': {
    status: 409,
    title: 'The trial is over',
    whatToDo: 'Look at the trial’s `state`: a tenant that was sold changes its plan instead.',
  },
  'domain-exists': {
    status: 409,
    title: 'The tenant has this domain already',
    whatToDo: 'Look at the one that is there; remove it first to begin anew.',
  },
  'domain-limit': {
    status: 409,
    title: 'The tenant has as many domains as it may have',
    whatToDo: 'Remove some.',
  },
  'domain-state': {
    status: 409,
    title: 'The domain is not in a state that allows this',
    whatToDo: 'Look at the domain’s `state`; one that was just proven is active in a moment.',
  },
  'idempotency-in-flight': {
    status: 409,
    title: 'A request with this Idempotency-Key is being worked on',
    whatToDo: 'Send the same request again in a moment.',
  },
  'saga-ended': {
    status: 409,
    title: 'The saga has ended',
    whatToDo: 'Nothing can be told to it any more; send a new request for a new operation.',
  },
  'command-refused': {
    status: 409,
    title: 'The saga does not take this command now',
    whatToDo: 'The detail says why; look at the saga’s `state` and `step`.',
  },
  'plane-name-taken': {
    status: 409,
    title: 'Another key has this plane’s name',
    whatToDo: 'Remove the plane first when its key was changed, or choose another name.',
  },
  'fact-pending': {
    status: 409,
    title: 'The operation’s facts are not signed yet',
    whatToDo: 'Ask again in a moment; when it stays so, look at the sequencer.',
  },
  'receipt-rollback': {
    status: 409,
    title: 'The plane has said more already',
    whatToDo: 'Nothing: a later receipt is there. When it stays so, look at the plane’s clock.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    whatToDo: 'Send at most 64 KiB.',
  },
  'content-type-unsupported': {
    status: 415,
    title: 'The content type is not supported',
    whatToDo: 'Send `Content-Type: application/json` in UTF-8.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key belongs to another request',
    whatToDo: 'Use a new key for each new request, and the same key only to repeat one unchanged.',
  },
  'plan-unknown': {
    status: 422,
    title: 'There is no such plan',
    whatToDo: 'Name a plan of the catalog (`manifests/`).',
  },
  'product-unknown': {
    status: 422,
    title: 'There is no such product, or no such limit of it',
    whatToDo: 'Name a product of the catalog (`manifests/`), and limits that it has.',
  },
  'role-unknown': {
    status: 422,
    title: 'There is no such tenant-scoped role',
    whatToDo: 'Name roles of the catalog (`manifests/`) whose scope is the tenant.',
  },
  'note-malformed': {
    status: 422,
    title: 'The body is not a signed note',
    whatToDo: 'Send the receipt’s note as it was signed (facts-v1, section Log).',
  },
  'note-key-unknown': {
    status: 422,
    title: 'No known plane signed the receipt',
    whatToDo: 'Tell the registry the plane’s key: tenure planes add.',
  },
  'note-signature-invalid': {
    status: 422,
    title: 'The receipt’s signature does not hold',
    whatToDo: 'Sign with the key that the registry was told under this plane’s name.',
  },
  'receipt-malformed': {
    status: 422,
    title: 'The note is not a receipt',
    whatToDo: 'Write it as facts-v1, section Receipts, says.',
  },
  'receipt-mismatch': {
    status: 422,
    title: 'The receipt is of another log or plane',
    whatToDo: 'Check the plane’s log and name.',
  },
  'receipt-time': {
    status: 422,
    title: 'The receipt’s time is ahead, or just after the last one’s',
    whatToDo: 'Look at the plane’s clock; send one every ten seconds at most.',
  },
  'tenant-rate': {
    status: 429,
    title: 'The tenant asks for too much at once',
    whatToDo: 'Send the request again after `Retry-After`; this one changed nothing.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    whatToDo: 'Send the request again; give the operator the header `Request-Id` when it persists.',
  },
  'store-unavailable': {
    status: 503,
    title: 'The registry’s store does not answer',
    whatToDo: 'Send the request again after `Retry-After`; nothing was changed.',
  },
  'store-unknown': {
    status: 503,
    title: 'It is not known whether the change was committed',
    whatToDo: 'Send the request again with the same Idempotency-Key; it takes effect once.',
  },
  'store-full': {
    status: 503,
    title: 'The registry’s store is full',
    whatToDo: 'An operator must make room; nothing was changed.',
  },
  'engine-unavailable': {
    status: 503,
    title: 'The saga engine does not answer',
    whatToDo: 'Send the command again after `Retry-After`.',
  },
});

export type ProblemCode = keyof typeof PROBLEM_KINDS;

export const PROBLEM_CODES = Object.keys(PROBLEM_KINDS) as ProblemCode[];

/** Stable: it identifies the problem and is never reused for another. */
export function problemType(code: ProblemCode): string {
  return `https://tenure.example/problems/${code}`;
}
