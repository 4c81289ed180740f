import { and, asc, desc, eq, lt, notInArray } from 'drizzle-orm';
import type { Report } from '../../domain/reconcile/report.ts';
import { entitlements } from '../../drizzle/schema/entitlements.ts';
import { operations } from '../../drizzle/schema/operations.ts';
import { reconciliations } from '../../drizzle/schema/reconciliations.ts';
import { tenants } from '../../drizzle/schema/tenants.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { ReconcileStore, ReconcileTransaction } from '../../ports/reconcile-store.ts';
import { lockHeads } from './commits.ts';
import type { Closing } from './fact-log.ts';
import { INCARNATION } from './fence.ts';
import { openPool } from './pool.ts';
import { toOperation } from './rows.ts';
import { inTransaction, type Session } from './transaction.ts';

/** The doctor is one at a time, and each of its steps reads little at once. */
const MAX_CONNECTIONS = 3;

export function createReconcileStore(options: {
  readonly databaseUrl: string;
}): ReconcileStore & Closing {
  const worker = openPool({ ...options, role: 'tenure_worker', maxConnections: MAX_CONNECTIONS });
  const operator = openPool({
    ...options,
    role: 'tenure_operator',
    maxConnections: MAX_CONNECTIONS,
  });
  const read = <T>(work: (session: Session) => Promise<T>) => inTransaction(operator, {}, work);
  const ids = (text: string, values: readonly unknown[] = []) =>
    read(async ({ client }) => {
      const { rows } = await client.query<{ id: string }>(text, [...values]);
      return rows.map(({ id }) => id);
    });
  const setOf = async (listed: Promise<readonly string[]>) => new Set(await listed);
  return {
    transact: (tenant, work) =>
      inTransaction(worker, { tenant }, async (session) => work(await begin(session, tenant))),
    keep: (report) =>
      inTransaction(worker, { tenant: report.tenant }, ({ db }) => {
        const { examinedAtMs, findings, begun, ...rest } = report;
        const lists = { findings: [...findings], begun: [...begun] };
        const row = { ...rest, ...lists, examinedAt: new Date(examinedAtMs) };
        return db
          .insert(reconciliations)
          .values(row)
          .onConflictDoUpdate({ target: reconciliations.operation, set: row })
          .then(() => undefined);
      }),
    findReport: (operation) =>
      read(async ({ db }) => {
        const [row] = await db
          .select()
          .from(reconciliations)
          .where(eq(reconciliations.operation, operation));
        return row && toReport(row);
      }),
    lastSweep: (before) => read((session) => findLastSweep(session, before)),
    findProvisioning: (tenant) =>
      read(async ({ db }) => {
        const isIt = and(eq(operations.tenant, tenant), eq(operations.kind, 'provisionTenant'));
        const [row] = await db.select().from(operations).where(isIt).limit(1);
        return row && toOperation(row);
      }),
    listTenants: () =>
      read(({ db }) => {
        const { id, slug, host, state, isolation } = tenants;
        return db.select({ id, slug, host, state, isolation }).from(tenants).orderBy(asc(id));
      }),
    lockedTenants: (except) =>
      setOf(ids('select tenant as id from operations where holds_lock and id <> $1', [except])),
    openOperations: () =>
      read(async ({ db }) => {
        const isOpen = notInArray(operations.state, ['done', 'unwound']);
        const rows = await db.select().from(operations).where(isOpen);
        return rows.map(toOperation);
      }),
    findRows: (operationIds) =>
      setOf(ids('select id from operations where id = any($1::uuid[])', [operationIds])),
    hasCommitted: async (operation) =>
      (await ids('select operation as id from commits where operation = $1 limit 1', [operation]))
        .length > 0,
    statedAmong: (tenantIds) => setOf(ids(STATED, [tenantIds])),
    longestUnexamined: (limit) => ids(LONGEST_UNEXAMINED, [limit]),
    isCompared: async () =>
      (await ids(`select epoch::text as id from log_head where incarnation = ${INCARNATION}`))
        .length > 0,
    close: async () => {
      await Promise.all([worker.end(), operator.end()]);
    },
  };
}

const STATED = `
  select tenant as id from facts where tenant = any($1::uuid[])
  union select tenant from outbox where tenant = any($1::uuid[])`;

const LONGEST_UNEXAMINED = `
  select tenants.id from tenants
  left join lateral (
    select max(examined_at) as at from reconciliations where tenant = tenants.id
  ) as last on true
  where state in ('trial', 'active', 'frozen')
    and not exists (select from operations where tenant = tenants.id and holds_lock)
  order by last.at nulls first, tenants.id limit $1`;

async function begin(session: Session, tenant: string): Promise<ReconcileTransaction> {
  const { findCommit, view, apply, appendAudit, saveCommit } = await lockHeads(session, tenant, [
    tenant,
  ]);
  return {
    ...{ findCommit, view, apply, appendAudit, saveCommit },
    entitlements: () =>
      session.db.select().from(entitlements).where(eq(entitlements.tenant, tenant)),
    chain: () => readChain(session, tenant),
  };
}

/** Workers see no facts; what the outbox still has and what is signed are one chain. */
async function readChain({ client }: Session, tenant: string): Promise<Uint8Array[]> {
  await client.query('set local role tenure_operator');
  const { rows } = await client.query<{ payload: Buffer }>(
    `select seq, payload from facts where tenant = $1
     union all select seq, payload from outbox where tenant = $1 order by seq`,
    [tenant],
  );
  await client.query('set local role tenure_worker');
  return rows.map(({ payload }) => payload);
}

async function findLastSweep({ db }: Session, before: string): Promise<Report | undefined> {
  const [own] = await db.select().from(operations).where(eq(operations.id, before));
  const [row] = await db
    .select()
    .from(reconciliations)
    .where(
      and(
        eq(reconciliations.tenant, PLATFORM_TENANT),
        lt(reconciliations.examinedAt, own?.acceptedAt ?? new Date()),
      ),
    )
    .orderBy(desc(reconciliations.examinedAt))
    .limit(1);
  return row && toReport(row);
}

function toReport({ examinedAt, ...row }: typeof reconciliations.$inferSelect): Report {
  return { ...row, examinedAtMs: examinedAt.getTime() };
}
