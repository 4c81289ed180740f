import type pg from 'pg';
import { SLUG_KEPT_MS } from '../../domain/offboarding.ts';
import type { Tenant } from '../../domain/tenant.ts';
import {
  StoreError,
  type AcceptOutcome,
  type AcceptRequest,
  type Idempotency,
  type Operation,
} from '../../ports/registry-store.ts';
import { violatedConstraint } from './errors.ts';
import { insertDomain } from './insert-domain.ts';
import { insertInvitation } from './insert-invitation.ts';
import { insertOperation } from './insert-operation.ts';
import { OPEN_MOVE } from './open-move.ts';
import { toOperation } from './rows.ts';
import type { Seal } from './sealing.ts';
import { focus, inTransaction, type Session } from './transaction.ts';

/** The tenant lock was taken at our insert and free when we looked for its holder. */
const LOCK_ENDED = 'lock-ended';
/** The slug was an archived tenant's at our insert, and is not any more. */
const GIVEN_ON = 'given-on';
const MAX_TRIES = 5;

const EMPTY_HASH = Buffer.alloc(32);

/** In role `tenure_api`, as the tenant that the operation is about. */
export async function accept(
  pool: pg.Pool,
  seal: Seal,
  request: AcceptRequest,
): Promise<AcceptOutcome> {
  const { tenant } = request.operation;
  for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
    const outcome = await inTransaction(
      pool,
      { tenant },
      async (session) =>
        (await replay(session, request.idempotency)) ?? write(session, seal, request),
    ).catch((error: unknown) => conflictOf(pool, request, error));
    if (outcome !== LOCK_ENDED && outcome !== GIVEN_ON) return outcome;
  }
  throw new StoreError('store-unavailable', 'The tenant lock changes hands all the time.');
}

export function findReplay(
  pool: pg.Pool,
  idempotency: Idempotency,
): Promise<AcceptOutcome | undefined> {
  return inTransaction(pool, {}, (session) => replay(session, idempotency));
}

/** The answer that this key was given, if any. Two requests at once: the second is told so. */
async function replay(
  session: Session,
  idempotency: Idempotency | undefined,
): Promise<AcceptOutcome | undefined> {
  if (idempotency === undefined) return undefined;
  const { caller, route, key, requestHash } = idempotency;
  const { rows } = await session.client.query<{ free: boolean }>({
    name: 'lock_idempotency',
    text: 'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as free',
    values: [JSON.stringify([caller, route, key])],
  });
  if (rows[0]?.free !== true) return { outcome: 'idempotency-in-flight' };
  const [known] = await session.statements.findIdempotency.execute({ caller, route, key });
  if (known === undefined) return undefined;
  if (known.requestHash !== requestHash) return { outcome: 'idempotency-key-reused' };
  focus(session, known.operationTenant);
  return { outcome: 'replayed', operation: await assureOperation(session, known.operation) };
}

async function write(
  session: Session,
  seal: Seal,
  request: AcceptRequest,
): Promise<AcceptOutcome | typeof LOCK_ENDED> {
  const { client } = session;
  const { operation, newTenant, newInvitation, newDomain, secrets } = request;
  if (newTenant !== undefined) await reserve(client, newTenant);
  if (newInvitation !== undefined && !(await insertInvitation(client, request, newInvitation)))
    return { outcome: 'invitation-limit' };
  if (newDomain !== undefined && !(await insertDomain(client, request, newDomain)))
    return { outcome: 'domain-limit' };
  if (!(await insertOperation(client, operation, request.nowMs))) return busy(session, operation);
  for (const [name, value] of secrets) {
    await client.query(
      'insert into secrets (tenant, name, sealed, updated_at) values ($1, $2, $3, now())',
      [operation.tenant, name, seal.seal(operation.tenant, name, value)],
    );
  }
  await insertIdempotency(client, request);
  const written = await assureOperation(session, operation.id);
  return { outcome: 'accepted', operation: written };
}

/** Slug and host are reserved by the row itself; the head of its chain is made with it. */
export async function reserve(client: pg.PoolClient, tenant: Tenant): Promise<void> {
  const { id, slug, host, displayName, state, isolation, plan, demo } = tenant;
  await client.query({
    name: 'reserve_tenant',
    text: `insert into tenants (id, slug, host, display_name, state, isolation, plan, demo,
             created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      ...[id, slug, host, displayName, state, isolation, plan, demo],
      new Date(tenant.createdAtMs),
    ],
  });
  await client.query({
    name: 'make_head',
    text: 'insert into tenant_heads (tenant, seq, hash) values ($1, 0, $2)',
    values: [id, EMPTY_HASH],
  });
}

/** A move is in the way of the next one until its end, of all others while it holds the lock. */
async function busy(
  session: Session,
  operation: AcceptRequest['operation'],
): Promise<AcceptOutcome | typeof LOCK_ENDED> {
  const { rows } = await session.client.query<{ id: string }>({
    name: 'find_in_the_way',
    text: `select id from operations where tenant = $1
             and (holds_lock or ($2 and ${OPEN_MOVE}))
           order by holds_lock desc limit 1`,
    values: [operation.tenant, operation.kind === 'moveTenant'],
  });
  const by = rows[0]?.id;
  if (by === undefined) return LOCK_ENDED;
  if (by !== operation.id) return { outcome: 'tenant-busy', by };
  return { outcome: 'replayed', operation: await assureOperation(session, by) };
}

async function insertIdempotency(
  client: pg.PoolClient,
  { idempotency, operation, nowMs }: AcceptRequest,
): Promise<void> {
  if (idempotency === undefined) return;
  const { caller, route, key, requestHash } = idempotency;
  await client.query({
    name: 'insert_idempotency',
    text: `insert into idempotency_keys (caller, route, key, request_hash, operation,
             operation_tenant, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [...[caller, route, key, requestHash, operation.id, operation.tenant], new Date(nowMs)],
  });
}

/** What a violated constraint says to the caller; the transaction left nothing behind. */
async function conflictOf(
  pool: pg.Pool,
  request: AcceptRequest,
  error: unknown,
): Promise<AcceptOutcome | typeof GIVEN_ON | typeof LOCK_ENDED> {
  const { operation } = request;
  switch (violatedConstraint(error)) {
    case 'tenants_slug_reserved':
      return (await isGivenOn(pool, request)) ? GIVEN_ON : { outcome: 'slug-taken' };
    case 'tenants_host_reserved':
      return (await isGivenOn(pool, request)) ? GIVEN_ON : { outcome: 'host-taken' };
    case 'invitations_pending_email':
      return { outcome: 'invitation-pending' };
    case 'invitations_tenant_id_pk':
      return replayedOr(pool, operation, { outcome: 'invitation-pending' });
    case 'domains_open_name':
    case 'domains_tenant_id_pk':
      return replayedOr(pool, operation, { outcome: 'domain-exists' });
    case 'operations_open_move':
      return inTransaction(pool, { tenant: operation.tenant }, (session) =>
        busy(session, operation),
      );
    case 'tenants_pkey':
    case 'operations_pkey':
      return replayedOr(pool, operation, { outcome: 'slug-taken' });
    default:
      throw error;
  }
}

/**
 * Whether an archived tenant had what this one asks for, and has it no longer from now on: its time
 * is over. The index alone keeps slugs unique, so that of two who ask at once one gets it.
 */
async function isGivenOn(pool: pg.Pool, { newTenant, nowMs }: AcceptRequest): Promise<boolean> {
  if (newTenant === undefined) return false;
  return inTransaction(pool, { role: 'tenure_operator' }, async ({ client }) => {
    const { rowCount } = await client.query({
      name: 'give_slug_on',
      text: `update tenants set holds_slug = false
             where (slug = $1 or host = $2) and state = 'archived' and holds_slug
               and archived_at <= $3`,
      values: [newTenant.slug, newTenant.host, new Date(nowMs - SLUG_KEPT_MS)],
    });
    return rowCount !== 0;
  });
}

/** Accepted already, as the caller repeats after a lost answer; or two asked for one seeded id. */
function replayedOr(
  pool: pg.Pool,
  { id, tenant }: AcceptRequest['operation'],
  otherwise: AcceptOutcome,
): Promise<AcceptOutcome> {
  return inTransaction(pool, { tenant }, async ({ statements }) => {
    const [row] = await statements.findOperation.execute({ id });
    return row === undefined ? otherwise : { outcome: 'replayed', operation: toOperation(row) };
  });
}

async function assureOperation({ statements }: Session, id: string): Promise<Operation> {
  const [row] = await statements.findOperation.execute({ id });
  if (row === undefined) throw new Error(`operation ${id} is not there`);
  return toOperation(row);
}
