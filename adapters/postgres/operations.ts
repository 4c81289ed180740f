import { and, desc, eq, inArray, sql, type SQL } from 'drizzle-orm';
import type pg from 'pg';
import { sagaAudit } from '../../domain/saga-audit.ts';
import { IN_TURNS, isEnded } from '../../domain/operation.ts';
import type { OperationKind, SagaState } from '../../domain/operation.ts';
import { operations } from '../../drizzle/schema/operations.ts';
import { StoreError, type Operation, type OperationStore } from '../../ports/registry-store.ts';
import { appendAudit, releaseTenantLock } from './commit-writes.ts';
import { toOperation } from './rows.ts';
import { focus, inTransaction, type Scope, type Session } from './transaction.ts';

/** The store's operations after their acceptance. */
export type OperationLife = Omit<OperationStore, 'accept' | 'findReplay'>;

/** `across`: how to see operations of all tenants; the worker has a policy of its own for that. */
export function createOperationLife(pool: pg.Pool, across: Scope): OperationLife {
  const withOperation = <T>(
    id: string,
    work: (session: Session, operation: Operation) => Promise<T>,
  ): Promise<T | undefined> =>
    inTransaction(pool, { ...across, operation: id }, async (session) => {
      const [row] = await session.statements.findOperation.execute({ id });
      if (row === undefined) return undefined;
      focus(session, row.tenant);
      return work(session, toOperation(row));
    });

  return {
    findOperation: (id) => withOperation(id, (_session, operation) => Promise.resolve(operation)),
    findLockHolder: (tenant) =>
      inTransaction(pool, { ...across, tenant }, ({ client }) => findLockHolder(client, tenant)),
    listOperations: (query) =>
      inTransaction(pool, across, async ({ db }) => {
        const { state, tenant, after } = query;
        const conditions = [
          state === undefined ? undefined : eq(operations.state, state),
          tenant === undefined ? undefined : eq(operations.tenant, tenant),
          after === undefined ? undefined : isOlderThan(after),
        ];
        const rows = await db
          .select()
          .from(operations)
          .where(and(...conditions))
          .orderBy(desc(operations.acceptedAt), desc(operations.id))
          .limit(query.limit);
        return rows.map(toOperation);
      }),
    listUnstarted: (olderThanMs, limit) =>
      inTransaction(pool, across, (session) => listUnstarted(session, olderThanMs, limit)),
    countOperations: (tenant, ...of) =>
      inTransaction(pool, { ...across, tenant }, ({ client }) =>
        countOperations(client, tenant, ...of),
      ),
    markStarted: async (id) => {
      await withOperation(id, ({ client }) =>
        client.query(
          `update operations set state = 'running' where id = $1 and state = 'accepted'`,
          [id],
        ),
      );
    },
    recordProgress: async (id, progress, nowMs) => {
      await withOperation(id, (session, operation) =>
        recordProgress(session, operation, progress, nowMs),
      );
    },
    undoAcceptance: async (id, nowMs) => {
      await withOperation(id, (session, operation) => undoAcceptance(session, operation, nowMs));
    },
    bar: async (id) => {
      await withOperation(id, async ({ client, statements }, { tenant }) => {
        // The head lock: a commit that is under way ends first.
        await statements.lockHead.execute({ tenant });
        const barring = 'update operations set barred = true where id = $1';
        const { rowCount } = await client.query(barring, [id]);
        if (rowCount !== 1) throw new Error(`operation ${id} was not barred`);
      });
    },
    releaseLock: async (id) => {
      await withOperation(id, ({ client }) => releaseTenantLock(client, id));
    },
  };
}

export async function findLockHolder(
  client: pg.ClientBase,
  tenant: string,
): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>({
    name: 'find_lock_holder',
    text: 'select id from operations where tenant = $1 and holds_lock',
    values: [tenant],
  });
  return rows[0]?.id;
}

/**
 * First of each tenant the oldest, then of each the second. What may wait is counted for itself: it
 * hides no revocation of its own tenant.
 */
const TURN = sql`row_number() over (
  partition by ${operations.tenant}, ${inArray(operations.kind, [...IN_TURNS])}
  order by ${operations.recordedAt}, ${operations.id})`;

async function listUnstarted(
  { db }: Session,
  olderThanMs: number,
  limit: number,
): Promise<Operation[]> {
  const rows = await db
    .select()
    .from(operations)
    .where(
      and(
        eq(operations.state, 'accepted'),
        sql`${operations.recordedAt} <= now() - make_interval(secs => ${olderThanMs / 1000})`,
      ),
    )
    .orderBy(TURN, operations.recordedAt, operations.id)
    .limit(limit);
  return rows.map(toOperation);
}

async function countOperations(
  client: pg.ClientBase,
  tenant: string,
  kinds: readonly OperationKind[],
  states: readonly SagaState[],
): Promise<number> {
  const { rows } = await client.query<{ found: number }>({
    name: 'count_operations',
    text: `select count(*)::int as found from operations
           where tenant = $1 and kind = any($2) and state = any($3)`,
    values: [tenant, kinds, states],
  });
  return rows[0]?.found ?? 0;
}

/** Both of a page's order: many operations may be accepted in one millisecond. */
function isOlderThan(id: string): SQL {
  return sql`(${operations.acceptedAt}, ${operations.id}) <
    (select last.accepted_at, last.id from operations as last where last.id = ${id})`;
}

async function recordProgress(
  { client }: Session,
  { id, kind, tenant, actor, state, reason }: Operation,
  progress: Parameters<OperationStore['recordProgress']>[1],
  nowMs: number,
): Promise<void> {
  const ended = isEnded(progress.state);
  const { rowCount } = await client.query(
    `update operations set state = $2, reason = $3, steps = $4,
       ended_at = $5, holds_lock = holds_lock and $5::timestamptz is null
     where id = $1 and state not in ('done', 'unwound')`,
    [
      id,
      progress.state,
      progress.reason === null ? null : JSON.stringify(progress.reason),
      JSON.stringify(progress.steps),
      ended ? new Date(nowMs) : null,
    ],
  );
  const known = progress.state === state && progress.reason?.code === reason?.code;
  const audit = sagaAudit(kind, tenant, progress.state, progress.reason);
  if (rowCount === 0 || known || audit === undefined) return;
  await appendAudit(client, [{ ...audit, tenant, actor, operation: id }], nowMs);
}

async function undoAcceptance(
  { client, statements }: Session,
  { id, tenant, actor }: Operation,
  nowMs: number,
): Promise<void> {
  // The head lock: a commit of `activate` that is under way ends first.
  await statements.lockHead.execute({ tenant });
  const [row] = await statements.findTenant.execute({ tenant });
  if (row?.state !== 'provisioning' && row?.state !== 'failed') {
    throw new StoreError('undo-refused', `The tenant is ${row?.state ?? 'unknown'}.`);
  }
  await client.query(`update tenants set state = 'failed' where id = $1`, [tenant]);
  await client.query('delete from secrets where tenant = $1', [tenant]);
  await releaseTenantLock(client, id);
  if (row.state === 'failed') return;
  const audit = { action: 'tenant.failed', target: `tenant:${tenant}`, detail: {} };
  await appendAudit(client, [{ ...audit, tenant, actor, operation: id }], nowMs);
}
