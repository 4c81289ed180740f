/**
 * The registry's truth (DESIGN 4.1, 4.3), as small roles that one Postgres adapter provides.
 *
 * Durability: an answered write is committed and fsynced. Consistency: read your writes.
 * Who retries: the adapter repeats whole transactions on 40001 and 40P01; everything else is the
 * caller's. A connection that is lost during COMMIT rejects with `store-unknown`: every write here
 * is idempotent by its operation and step, so the caller repeats it.
 */
import type { AuditDraft, Change, TenantView } from '../domain/decision.ts';
import type { CustomDomain } from '../domain/custom-domain.ts';
import type { Invitation } from '../domain/invitation.ts';
import type { Membership } from '../domain/membership.ts';
import type { OperationKind, SagaReason, SagaState, StepProgress } from '../domain/operation.ts';
import type { Tenant } from '../domain/tenant.ts';

/**
 * - `store-unavailable`: not reached, or it gave up before COMMIT: nothing was done. Transient.
 * - `store-unknown`: lost during COMMIT. Transient; repeat, every write is idempotent.
 * - `store-full`: no space left. Transient; a person mends it.
 * - `undo-refused`: the tenant is past its pivot, so its acceptance stands. Permanent.
 * - `tenant-busy`: another operation holds the tenant's lock, which a commit needs. Transient.
 * - `operation-barred`: its saga was gone and it was closed: nothing of it is committed. Permanent.
 */
export type StoreErrorCode =
  | 'store-unavailable'
  | 'store-unknown'
  | 'store-full'
  | 'undo-refused'
  | 'tenant-busy'
  | 'operation-barred';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

export interface Operation {
  /** UUID, minted by the API. */
  readonly id: string;
  readonly kind: OperationKind;
  readonly tenant: string;
  /** Opaque id of who asked. */
  readonly actor: string;
  /** The accepted request; may hold personal data, which stays in this row. Secrets do not. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly state: SagaState;
  /** Where it stands when parked or unwound. */
  readonly reason: SagaReason | null;
  /** The checklist as of the last change of state. */
  readonly steps: readonly StepProgress[];
  readonly acceptedAtMs: number;
  readonly endedAtMs: number | null;
}

export interface Idempotency {
  readonly caller: string;
  readonly route: string;
  readonly key: string;
  /** SHA-256 of the canonical request, hex. */
  readonly requestHash: string;
}

export interface AcceptRequest {
  readonly operation: Pick<Operation, 'id' | 'kind' | 'tenant' | 'actor' | 'input'>;
  /** The tenant's row in state `provisioning`, which reserves slug and host and makes its head. */
  readonly newTenant?: Tenant;
  /** Its row in state `pending`, with the address that is kept nowhere else. */
  readonly newInvitation?: Pick<Invitation, 'member' | 'email' | 'roles'>;
  /** Its row in state `claimed`. */
  readonly newDomain?: Pick<CustomDomain, 'name'>;
  /** Stored sealed in the same transaction, by name, under the operation's tenant. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly idempotency?: Idempotency;
  readonly nowMs: number;
}

/** Conflicts are found here and nowhere later (409 and 422 of the API). */
export type AcceptOutcome =
  | { readonly outcome: 'accepted' | 'replayed'; readonly operation: Operation }
  | { readonly outcome: 'slug-taken' | 'host-taken' }
  | { readonly outcome: 'tenant-busy'; readonly by: string }
  | { readonly outcome: 'invitation-pending' | 'invitation-limit' }
  | { readonly outcome: 'domain-exists' | 'domain-limit' }
  | { readonly outcome: 'idempotency-key-reused' | 'idempotency-in-flight' };

export interface OperationStore {
  /** One transaction: operation, reservations, tenant lock, secrets, idempotency. */
  accept(request: AcceptRequest): Promise<AcceptOutcome>;
  /** The answer that the key was given, if any: before a request is refused for today's state. */
  findReplay(idempotency: Idempotency): Promise<AcceptOutcome | undefined>;
  findOperation(id: string): Promise<Operation | undefined>;
  /** The id of the operation that holds the tenant's lock now. */
  findLockHolder(tenant: string): Promise<string | undefined>;
  /** Newest first; `after` is the id of the last row before. */
  listOperations(query: {
    state?: SagaState;
    tenant?: string;
    after?: string;
    limit: number;
  }): Promise<readonly Operation[]>;
  /**
   * Accepted but not known to be started, for the starter: tenants in turns, oldest first, so that
   * one that has many hides no other. `olderThanMs` is an age by the store's clock.
   */
  listUnstarted(olderThanMs: number, limit: number): Promise<readonly Operation[]>;
  /** How many of the tenant, of these kinds, are in these states. */
  countOperations(
    tenant: string,
    kinds: readonly OperationKind[],
    states: readonly SagaState[],
  ): Promise<number>;
  /** `accepted` -> `running`; any other state stays. */
  markStarted(id: string): Promise<void>;
  /** A change of state of the saga. Never leaves `done` or `unwound`. */
  recordProgress(
    id: string,
    progress: { state: SagaState; reason: SagaReason | null; steps: readonly StepProgress[] },
    nowMs: number,
  ): Promise<void>;
  /** The undo of acceptance: tenant `failed`, slug, host, lock and secrets free. Repeatable. */
  undoAcceptance(id: string, nowMs: number): Promise<void>;
  /**
   * From here on nothing of the operation is committed (`operation-barred`): a step that outlived
   * its saga may still be under way. Repeatable.
   */
  bar(id: string): Promise<void>;
  /** Ends the tenant lock of an operation that holds none of its tenant's rows any more. */
  releaseLock(id: string): Promise<void>;
}

export interface TenantReader {
  findTenant(id: string): Promise<Tenant | undefined>;
  /** Of the tenants that hold the slug now: not failed, nor archived and its slug given on. */
  findTenantBySlug(slug: string): Promise<Tenant | undefined>;
  /** Ordered by (createdAt, id); `after` is the last row's pair. */
  listTenants(query: {
    after?: { createdAtMs: number; id: string };
    limit: number;
  }): Promise<readonly Tenant[]>;
  findMember(tenant: string, member: string): Promise<Membership | undefined>;
  listMembers(tenant: string): Promise<readonly Membership[]>;
  readCatalog(): Promise<TenantView['catalog']>;
}

/** Head of a tenant's chain: the last `seq` and its leaf hash; 0 and 32 zero bytes at first. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: Uint8Array;
  /** Of the log: what the next facts name. It cannot change while the head is locked. */
  readonly epoch: number;
}

/** An encoded, unsigned fact on its way to the outbox. */
export interface UnsignedFact {
  readonly id: string;
  readonly tenant: string;
  readonly seq: number;
  readonly leafHash: Uint8Array;
  readonly payload: Uint8Array;
}

/** Names a committed fact, whether it is signed yet or not. */
export interface FactRef {
  readonly id: string;
  readonly tenant: string;
  readonly seq: number;
}

export interface StepCommit {
  readonly operation: string;
  readonly step: string;
  /** SHA-256 of the command, hex: the same key with another command is a bug. */
  readonly commandHash: string;
  readonly facts: readonly FactRef[];
}

/**
 * One open transaction that holds the head locks of its tenants. Calls take effect in their order;
 * a caller need not wait for one before the next.
 */
export interface CommitTransaction {
  findCommit(operation: string, step: string): Promise<StepCommit | undefined>;
  view(tenant: string): Promise<TenantView>;
  head(tenant: string): Promise<ChainHead>;
  /** Of the first tenant; nobody else can end it until the transaction does. */
  lockInvitation(id: string): Promise<Invitation | undefined>;
  /** Of the first tenant; nobody else can change it until the transaction ends. */
  lockDomain(id: string): Promise<CustomDomain | undefined>;
  apply(changes: readonly Change[]): Promise<void>;
  appendFacts(facts: readonly UnsignedFact[]): Promise<void>;
  appendAudit(
    rows: readonly (AuditDraft & { tenant: string; actor: string; operation: string })[],
    nowMs: number,
  ): Promise<void>;
  saveCommit(commit: StepCommit, releaseLock: boolean): Promise<void>;
  /** The operation holds the lock of the first tenant again. Rejects with `tenant-busy`. */
  takeLock(operation: string): Promise<void>;
}

export interface CommitStore {
  /** Locks the heads (by id, so that two chains cannot dead-lock), runs, commits, then notifies. */
  transact<T>(
    tenants: readonly string[],
    work: (transaction: CommitTransaction) => Promise<T>,
  ): Promise<T>;
}

export interface StoreProbe {
  probe(): Promise<void>;
}
