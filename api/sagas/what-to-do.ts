import type { PortErrorCode } from '../../ports/call.ts';
import type { DomainErrorCode } from '../../domain/decision.ts';
import type { StoreErrorCode } from '../../ports/registry-store.ts';

/** Per code of a port's error, for every port alike: `<port>.<code>` is the saga's reason. */
export const PORT_ADVICE: Readonly<Record<PortErrorCode, string>> = {
  foreign:
    'An object of that name is there and is not ours. Remove or rename it there, or choose another slug; then send a new request.',
  invalid:
    'The outside system refuses the request as such. Correct what the message names, then send a new request.',
  forbidden:
    'The outside system refuses our credentials or rights. Correct them in the configuration or over there; the saga resumes by itself, or with `resume`.',
  unavailable:
    'The outside system does not take requests. Bring it back; the saga resumes by itself, or with `resume`.',
  unknown:
    'The outside system does not answer. Bring it or the network back; the saga resumes by itself, or with `resume`.',
};

/** Per refusal of a domain rule. */
export const DOMAIN_ADVICE: Readonly<Record<DomainErrorCode, string>> = {
  'tenant-not-found': 'The tenant is gone; nothing was changed.',
  'tenant-state': 'Look at the tenant’s state; send a new request when it allows this.',
  'member-not-found': 'Check the member’s id; nothing was changed.',
  'member-state': 'Look at the member’s state; send a new request when it allows this.',
  'role-unknown': 'Name tenant-scoped roles of the catalog; then send a new request.',
  'plan-unknown': 'Name a plan of the catalog; then send a new request.',
  'last-owner': 'Give another active member the owner role first; then send a new request.',
  'not-owner': 'Name an active member who is an owner as `from`; then send a new request.',
  'tenant-leaving': 'The tenant is being offboarded. Revoke that; then send a new request.',
  'invitation-state': 'It was revoked before it was sent; invite anew.',
  'plan-below-use':
    'Lower the use that the message names, or choose a larger plan; then send a new request.',
  'product-unknown': 'Name a product and limits of the catalog; then send a new request.',
  'request-state': 'It was answered already; nothing was changed.',
  'trial-state': 'The trial is over; change the plan, or unfreeze the tenant.',
  'trial-end': 'Name an end that is later than the present one, at most a year ahead.',
  'domain-state': 'Look at the domain’s state: it was removed meanwhile; add it anew.',
};

/** Per failure of the registry's own store. */
export const STORE_ADVICE: Readonly<Record<StoreErrorCode, string>> = {
  'store-unavailable':
    'Postgres does not answer. Bring it back; the saga resumes by itself, or with `resume`.',
  'store-unknown':
    'Postgres was lost during a commit. Bring it back; the step is repeated and takes effect once.',
  'store-full': 'Postgres has no space left. Make room; the saga resumes by itself.',
  'tenant-busy':
    'Another saga of the tenant is at work: look at it (`tenure sagas list`). This one goes on behind it.',
  'operation-barred':
    'The doctor closed it, since its saga was gone; a late step of it committed nothing. Ask again for what is missing.',
  'undo-refused': 'The tenant is past `activate` and stays; nothing is to be undone.',
};

/** What sagas say of themselves (workflows/shared). */
export const SAGA_ADVICE = {
  cancelled: 'It was cancelled and nothing remains. Send a new request to try again.',
  'unwound-by-operator':
    'An operator unwound it and nothing remains. Send a new request to try again.',
  'parked-too-long':
    'Nobody mended it for 7 days, and nothing remains. Send a new request to try again.',
  'domain-unproven':
    'The record was not in the domain’s DNS in time. Publish it, then add the domain anew.',
  timeout:
    'No attempt ended in time. Look whether the outside system is slow; the saga resumes by itself, or with `resume`.',
  'saga-lost':
    'Its saga was terminated or past retention, and the doctor closed the operation. Send a new request to try again.',
  'residue-found':
    'Something with the tenant’s mark is there again. Remove what the message names; the saga looks again by itself, or with `resume`.',
  internal:
    'A bug of ours, or something unforeseen: the worker’s log has the cause. `resume` tries again.',
} as const;

const OTHERWISE =
  'Look at the saga in the Temporal UI; `resume` tries the step again, `unwind` gives up before `activate`.';

const BY_CODE = new Map([DOMAIN_ADVICE, STORE_ADVICE, SAGA_ADVICE].flatMap(Object.entries<string>));
const BY_PORT_CODE = new Map(Object.entries(PORT_ADVICE));

/** What an operator can do about a saga's reason: a code of ours, or `<port>.<code>`. */
export function adviseOn(reasonCode: string): string {
  const [, portCode] = reasonCode.split('.', 2);
  const advice = portCode === undefined ? BY_CODE.get(reasonCode) : BY_PORT_CODE.get(portCode);
  return advice ?? OTHERWISE;
}
