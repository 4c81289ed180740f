import { and, asc, desc, eq, inArray, lt, notInArray } from 'drizzle-orm';
import type pg from 'pg';
import { OWNING_STATES } from '../../domain/custom-domain.ts';
import type { Report } from '../../domain/reconcile/report.ts';
import { domains } from '../../drizzle/schema/domains.ts';
import { operations } from '../../drizzle/schema/operations.ts';
import { reconciliations } from '../../drizzle/schema/reconciliations.ts';
import { tenants } from '../../drizzle/schema/tenants.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { ReconcileStore } from '../../ports/reconcile-store.ts';
import { INCARNATION } from './fence.ts';
import { OPEN_MOVE } from './open-move.ts';
import { toOperation } from './rows.ts';
import { inTransaction, type Session } from './transaction.ts';

/** Across tenants, in role `tenure_operator`. */
export function reading(pool: pg.Pool): Omit<ReconcileStore, 'transact' | 'keep'> {
  const read = <T>(work: (session: Session) => Promise<T>) => inTransaction(pool, {}, work);
  const ids = (text: string, values: readonly unknown[] = []) =>
    read(async ({ client }) => {
      const { rows } = await client.query<{ id: string }>(text, [...values]);
      return rows.map(({ id }) => id);
    });
  const setOf = async (listed: Promise<readonly string[]>) => new Set(await listed);
  return {
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
    listOwnedDomains: () =>
      read(({ db }) => {
        const { id, tenant, name, state } = domains;
        const owning = inArray(state, [...OWNING_STATES]);
        return db.select({ id, tenant, name, state }).from(domains).where(owning);
      }),
    busyTenants: (except) => setOf(ids(BUSY, [except])),
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
  };
}

const BUSY = `
  select tenant as id from operations where id <> $1 and (holds_lock or (${OPEN_MOVE}))`;

const STATED = 'select distinct tenant as id from facts where tenant = any($1::uuid[])';

const LONGEST_UNEXAMINED = `
  select tenants.id from tenants
  left join lateral (
    select max(examined_at) as at from reconciliations where tenant = tenants.id
  ) as last on true
  where state in ('trial', 'active', 'frozen')
    and not exists (select from operations where tenant = tenants.id and holds_lock)
  order by last.at nulls first, tenants.id limit $1`;

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
