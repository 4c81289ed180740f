import { and, eq, isNotNull, ne } from 'drizzle-orm';
import type pg from 'pg';
import { domains } from '../../drizzle/schema/domains.ts';
import { idempotencyKeys } from '../../drizzle/schema/idempotency-keys.ts';
import { invitations } from '../../drizzle/schema/invitations.ts';
import { operations } from '../../drizzle/schema/operations.ts';
import { reconciliations } from '../../drizzle/schema/reconciliations.ts';
import type { OffboardingStore, TenantRows } from '../../ports/offboarding-store.ts';
import { toDomain, toInvitation, toMembership, toTenant } from './rows.ts';
import { readSales } from './sales.ts';
import { inTransaction, type Session } from './transaction.ts';

/** In role `tenure_worker`, as the tenant that leaves. */
export function createOffboardingStore(pool: pg.Pool): OffboardingStore {
  return {
    readRows: (tenant) => inTransaction(pool, { tenant }, (session) => readRows(session, tenant)),
    erasePersonalData: async (tenant, operation) => {
      await inTransaction(pool, { tenant }, (session) => erase(session, tenant, operation));
    },
  };
}

/** Under the head lock: no commit comes in between. */
async function readRows(
  { client, db, statements }: Session,
  tenant: string,
): Promise<TenantRows | undefined> {
  const [head] = await statements.lockHead.execute({ tenant });
  const [row] = await statements.findTenant.execute({ tenant });
  if (head === undefined || row === undefined) return undefined;
  const members = await statements.listMembers.execute({ tenant });
  const invited = await db
    .select()
    .from(invitations)
    .where(eq(invitations.tenant, tenant))
    .orderBy(invitations.invitedAt, invitations.id);
  const claimed = await db
    .select()
    .from(domains)
    .where(eq(domains.tenant, tenant))
    .orderBy(domains.claimedAt, domains.id);
  return {
    tenant: toTenant(row),
    members: members.map(toMembership),
    invitations: invited.map(toInvitation),
    domains: claimed.map(toDomain),
    sales: await readSales(client, tenant),
    facts: head.seq,
  };
}

/**
 * A request that is still being worked on keeps its input: only what holds no lock, or no longer,
 * can be, and its input has no personal data.
 */
async function erase({ db }: Session, tenant: string, operation: string): Promise<void> {
  const isEnded = and(eq(operations.tenant, tenant), isNotNull(operations.endedAt));
  await db.update(operations).set({ input: {} }).where(isEnded);
  await db.delete(invitations).where(eq(invitations.tenant, tenant));
  await db.delete(domains).where(eq(domains.tenant, tenant));
  // The doctor names what it found outside.
  await db.update(reconciliations).set({ findings: [] }).where(eq(reconciliations.tenant, tenant));
  const isOfOthers = ne(idempotencyKeys.operation, operation);
  await db
    .delete(idempotencyKeys)
    .where(and(eq(idempotencyKeys.operationTenant, tenant), isOfOthers));
}
