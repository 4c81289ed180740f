/** What every acceptance needs and may answer (DESIGN 4.1). */
import type { DomainProblem } from '../domain/custom-domain.ts';
import type { Catalog, Refused } from '../domain/decision.ts';
import type { EmailProblem } from '../domain/email.ts';
import { isTenantRole } from '../domain/refusals.ts';
import type { SlugProblem } from '../domain/slug.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type {
  AcceptOutcome,
  AcceptRequest,
  OperationStore,
  TenantReader,
} from '../ports/registry-store.ts';
import { canonicalHash } from './canonical-json.ts';

export interface AcceptPorts {
  readonly operations: OperationStore;
  readonly tenants: TenantReader;
  readonly ids: Ids;
  readonly clock: Clock;
}

export interface AcceptCaller {
  /** Opaque id of who asks. */
  readonly actor: string;
  readonly idempotency?: {
    readonly caller: string;
    readonly route: string;
    readonly key: string;
  };
}

/** What the store keeps a key by. */
export type Keyed = Pick<AcceptRequest, 'idempotency'>;

/** One field of the request that cannot be accepted, however often it is sent. */
export interface AcceptProblem {
  readonly field: string;
  readonly code: SlugProblem | EmailProblem | DomainProblem | 'plan-unknown' | 'role-unknown';
}

export type AcceptResult =
  | AcceptOutcome
  | { readonly outcome: 'invalid'; readonly problems: readonly AcceptProblem[] }
  | {
      readonly outcome: 'tenant-not-found' | 'tenant-state' | 'member-not-found' | 'member-state';
    }
  | { readonly outcome: 'last-owner' | 'not-owner' }
  | { readonly outcome: 'tenant-frozen' | 'tenant-not-frozen' | 'member-exists' }
  | { readonly outcome: 'isolation-same' }
  | { readonly outcome: 'domain-not-found' | 'domain-state' }
  /** The rule of the saga's commit refuses it as things are now. */
  | { readonly outcome: 'refused'; readonly refusal: Refused }
  /** By which operation. */
  | { readonly outcome: 'tenant-leaving'; readonly by: string };

/** `request`: what was asked, without the ids that we mint. */
export function idempotencyOf({ idempotency }: AcceptCaller, request: unknown): Keyed {
  if (idempotency === undefined) return {};
  return { idempotency: { ...idempotency, requestHash: canonicalHash(request) } };
}

/** A key that was answered keeps its answer, whatever would be said to a new request today. */
export async function unlessReplayed(
  operations: OperationStore,
  { idempotency }: Keyed,
  refusal: AcceptResult,
): Promise<AcceptResult> {
  const replay = idempotency && (await operations.findReplay(idempotency));
  return replay ?? refusal;
}

/** Each role that is none of tenants, by its place in the request. */
export function roleProblems(catalog: Catalog, roles: readonly string[]): AcceptProblem[] {
  return roles.flatMap((role, at) =>
    isTenantRole(catalog, role) ? [] : [{ field: `roles.${at}`, code: 'role-unknown' } as const],
  );
}
