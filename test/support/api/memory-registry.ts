import { sameEmail } from '../../../domain/email.ts';
import { MAX_PENDING_INVITATIONS } from '../../../domain/invitation.ts';
import type { Invitation } from '../../../domain/invitation.ts';
import { MAX_DOMAINS, OWNING_STATES } from '../../../domain/custom-domain.ts';
import type { CustomDomain } from '../../../domain/custom-domain.ts';
import type { Membership } from '../../../domain/membership.ts';
import { HOLDS_TENANT_LOCK, isEnded } from '../../../domain/operation.ts';
import type { StepProgress } from '../../../domain/operation.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import type {
  AcceptOutcome,
  AcceptRequest,
  Idempotency,
  Operation,
  OperationStore,
  TenantReader,
} from '../../../ports/registry-store.ts';
import type { Secrets } from '../../../ports/secrets.ts';
import type { DomainStore } from '../../../ports/domain-store.ts';
import type { InvitationStore } from '../../../ports/invitation-store.ts';
import { claimedDomain, createMemoryDomains } from './memory-domains.ts';
import { createMemoryInvitations, pendingInvitation } from './memory-invitations.ts';

/** The registry store's roles in memory, for tests of what stands above it. One event loop turn per
 * call is its transaction. */
export interface MemoryRegistry {
  readonly operations: OperationStore;
  readonly tenants: TenantReader;
  readonly secrets: Secrets;
  readonly invitations: InvitationStore;
  readonly domains: DomainStore;
  readonly rows: {
    readonly operations: Map<string, Operation>;
    readonly tenants: Map<string, Tenant>;
    readonly members: Membership[];
    readonly invitations: Map<string, Invitation>;
    readonly domains: Map<string, CustomDomain>;
  };
  /** As the saga's commit of `activate` and its end would leave it. */
  activate(operation: string, steps?: readonly StepProgress[]): void;
  /** As the undo of acceptance would leave it. */
  unwind(operation: string): void;
  /** Idempotency keys whose first request has no answer yet. */
  readonly inFlight: Set<string>;
}

const keyOf = ({ caller, route, key }: Idempotency): string => [caller, route, key].join(' ');

const CATALOG: Awaited<ReturnType<TenantReader['readCatalog']>> = {
  roles: new Map([
    ['org-owner', { scope: 'tenant', permissions: ['*'] }],
    ['org-member', { scope: 'tenant', permissions: ['tenant:read'] }],
    ['project-viewer', { scope: 'project', permissions: ['project:read'] }],
  ]),
  plans: new Map([
    ['free', { entitlements: [] }],
    ['team', { entitlements: [{ product: 'workspace', limits: { members: 50 } }] }],
  ]),
  products: new Map([['workspace', { limits: ['members'] }]]),
};

interface State {
  readonly rows: MemoryRegistry['rows'];
  /** `<tenant> <name>` -> value. */
  readonly sealed: Map<string, string>;
  readonly keys: Map<string, { hash: string; operation: string }>;
  readonly inFlight: Set<string>;
}

export function createMemoryRegistry(): MemoryRegistry {
  const state: State = {
    rows: {
      ...{ operations: new Map(), tenants: new Map(), members: [] },
      ...{ invitations: new Map(), domains: new Map() },
    },
    sealed: new Map(),
    keys: new Map(),
    inFlight: new Set(),
  };
  const { rows, sealed } = state;
  const setTenant = (id: string, part: Partial<Tenant>): void => {
    const tenant = rows.tenants.get(id);
    if (tenant !== undefined) rows.tenants.set(id, { ...tenant, ...part });
  };
  return {
    operations: createOperations(state),
    tenants: createReader(rows),
    invitations: createMemoryInvitations(rows.invitations),
    domains: createMemoryDomains(rows.domains),
    secrets: {
      put: (tenant, name, value) => Promise.resolve(void sealed.set(`${tenant} ${name}`, value)),
      find: (tenant, name) => Promise.resolve(sealed.get(`${tenant} ${name}`)),
      removeAll: () => Promise.resolve(),
    },
    rows,
    activate: (id, steps = []) => {
      const { tenant } = change(rows, id, { state: 'done', endedAtMs: Date.now(), steps });
      setTenant(tenant, { state: 'active', issuer: 'https://id.test/realms/x', databaseUrl: 'db' });
    },
    unwind: (id) => {
      const { tenant } = change(rows, id, { state: 'unwound', endedAtMs: Date.now() });
      setTenant(tenant, { state: 'failed' });
    },
    inFlight: state.inFlight,
  };
}

function change(rows: MemoryRegistry['rows'], id: string, part: Partial<Operation>): Operation {
  const operation = rows.operations.get(id);
  if (operation === undefined) throw new Error(`no operation ${id}`);
  const changed = { ...operation, ...part };
  rows.operations.set(id, changed);
  return changed;
}

function createOperations(state: State): OperationStore {
  const { rows } = state;
  return {
    accept: (request) => Promise.resolve(accept(state, request)),
    findReplay: (idempotency) => Promise.resolve(findReplay(state, idempotency)),
    findOperation: (id) => Promise.resolve(rows.operations.get(id)),
    findLockHolder: (tenant) => Promise.resolve(findLockHolder(rows, tenant)),
    listOperations: ({ state: wanted, tenant, after, limit }) => {
      const all = [...rows.operations.values()]
        .filter((row) => wanted === undefined || row.state === wanted)
        .filter((row) => tenant === undefined || row.tenant === tenant)
        .toReversed();
      const from = all.findIndex(({ id }) => id === after) + 1;
      return Promise.resolve(all.slice(from, from + limit));
    },
    listUnstarted: () => Promise.resolve([]),
    countOperations: (tenant, kinds, states) => {
      const theirs = [...rows.operations.values()].filter((row) => row.tenant === tenant);
      const counted = theirs.filter((row) => kinds.includes(row.kind));
      return Promise.resolve(counted.filter(({ state: at }) => states.includes(at)).length);
    },
    markStarted: (id) => {
      if (rows.operations.get(id)?.state === 'accepted') change(rows, id, { state: 'running' });
      return Promise.resolve();
    },
    recordProgress: (id, progress, nowMs) => {
      const ended = isEnded(progress.state) ? { endedAtMs: nowMs } : {};
      change(rows, id, { ...progress, ...ended });
      return Promise.resolve();
    },
    undoAcceptance: () => Promise.resolve(),
    bar: () => Promise.resolve(),
    releaseLock: () => Promise.resolve(),
  };
}

function findLockHolder(rows: MemoryRegistry['rows'], tenant: string): string | undefined {
  return [...rows.operations.values()].find(
    (row) => HOLDS_TENANT_LOCK[row.kind] && row.tenant === tenant && !isEnded(row.state),
  )?.id;
}

function findReplay(
  { keys, inFlight, rows }: State,
  idempotency: Idempotency,
): AcceptOutcome | undefined {
  const known = keys.get(keyOf(idempotency));
  if (known === undefined)
    return inFlight.has(idempotency.key) ? { outcome: 'idempotency-in-flight' } : undefined;
  if (known.hash !== idempotency.requestHash) return { outcome: 'idempotency-key-reused' };
  return { outcome: 'replayed', operation: change(rows, known.operation, {}) };
}

function accept(state: State, request: AcceptRequest): AcceptOutcome {
  const { operation, newTenant, newInvitation, newDomain, idempotency, nowMs, secrets } = request;
  const { rows, sealed, keys } = state;
  const replay = idempotency && findReplay(state, idempotency);
  if (replay !== undefined) return replay;
  const holders = [...rows.tenants.values()].filter((tenant) => tenant.state !== 'failed');
  if (holders.some(({ slug }) => slug === newTenant?.slug)) return { outcome: 'slug-taken' };
  if (holders.some(({ host }) => host === newTenant?.host)) return { outcome: 'host-taken' };
  const by = HOLDS_TENANT_LOCK[operation.kind] ? findLockHolder(rows, operation.tenant) : undefined;
  if (by !== undefined) return { outcome: 'tenant-busy', by };
  const pending = [...rows.invitations.values()].filter(
    (row) => row.tenant === operation.tenant && row.state === 'pending',
  );
  if (
    newInvitation !== undefined &&
    pending.some((row) => sameEmail(row.email, newInvitation.email))
  )
    return { outcome: 'invitation-pending' };
  if (newInvitation !== undefined && pending.length >= MAX_PENDING_INVITATIONS)
    return { outcome: 'invitation-limit' };
  const open = [...rows.domains.values()].filter(
    (row) => row.tenant === operation.tenant && isOpenDomain(row),
  );
  if (open.some((row) => row.name === newDomain?.name)) return { outcome: 'domain-exists' };
  if (newDomain !== undefined && open.length >= MAX_DOMAINS) return { outcome: 'domain-limit' };
  const accepted: Operation = {
    ...operation,
    state: 'accepted',
    reason: null,
    steps: [],
    acceptedAtMs: nowMs,
    endedAtMs: null,
  };
  rows.operations.set(operation.id, accepted);
  if (newTenant !== undefined) rows.tenants.set(newTenant.id, newTenant);
  if (newInvitation !== undefined)
    rows.invitations.set(operation.id, pendingInvitation(request, newInvitation));
  if (newDomain !== undefined) rows.domains.set(operation.id, claimedDomain(request, newDomain));
  for (const [name, value] of secrets) sealed.set(`${operation.tenant} ${name}`, value);
  if (idempotency !== undefined)
    keys.set(keyOf(idempotency), { hash: idempotency.requestHash, operation: operation.id });
  return { outcome: 'accepted', operation: accepted };
}

const isOpenDomain = ({ state }: CustomDomain) =>
  state === 'claimed' || OWNING_STATES.some((owning) => owning === state);

function createReader(rows: MemoryRegistry['rows']): TenantReader {
  return {
    findTenant: (id) => Promise.resolve(rows.tenants.get(id)),
    findTenantBySlug: (slug) =>
      Promise.resolve(
        [...rows.tenants.values()].find((row) => row.slug === slug && row.state !== 'failed'),
      ),
    listTenants: ({ after, limit }) => {
      const all = [...rows.tenants.values()].toSorted(
        (a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1),
      );
      const from = all.findIndex(({ id }) => id === after?.id) + 1;
      return Promise.resolve(all.slice(from, from + limit));
    },
    findMember: (tenant, member) =>
      Promise.resolve(rows.members.find((row) => row.tenant === tenant && row.id === member)),
    listMembers: (tenant) => Promise.resolve(rows.members.filter((row) => row.tenant === tenant)),
    readCatalog: () => Promise.resolve(CATALOG),
  };
}
