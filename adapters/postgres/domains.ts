import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type pg from 'pg';
import { OWNING_STATES } from '../../domain/custom-domain.ts';
import { domains } from '../../drizzle/schema/domains.ts';
import type { DomainStore } from '../../ports/domain-store.ts';
import { toDomain } from './rows.ts';
import { takeDomain } from './take-domain.ts';
import { inTransaction, type Session } from './transaction.ts';

/**
 * Every statement names its tenant, in row-level security and by itself: the worker sees owners of
 * all tenants (`drizzle/schema/domains.ts`), and those two that mean all have no other condition.
 */
export function createDomainStore(pool: pg.Pool): DomainStore {
  const inTenant = <T>(tenant: string, work: (session: Session) => Promise<T>) =>
    inTransaction(pool, { tenant }, work);
  return {
    findDomain: (tenant, id) =>
      inTenant(tenant, async ({ db }) => {
        const [row] = await db
          .select()
          .from(domains)
          .where(and(eq(domains.tenant, tenant), eq(domains.id, id)));
        return row && toDomain(row);
      }),
    listDomains: ({ tenant, after, limit }) =>
      inTenant(tenant, async ({ db }) => {
        const from =
          after &&
          sql`(${domains.claimedAt}, ${domains.id}) <
            (${new Date(after.claimedAtMs)}::timestamptz, ${after.id}::uuid)`;
        const rows = await db
          .select()
          .from(domains)
          .where(and(eq(domains.tenant, tenant), from))
          .orderBy(desc(domains.claimedAt), desc(domains.id))
          .limit(limit);
        return rows.map(toDomain);
      }),
    listDomainsIn: (tenant, states) =>
      inTenant(tenant, async ({ db }) => {
        const rows = await db
          .select()
          .from(domains)
          .where(and(eq(domains.tenant, tenant), inArray(domains.state, [...states])))
          .orderBy(asc(domains.name));
        return rows.map(toDomain);
      }),
    findDomainOwner: (name) =>
      inTransaction(pool, {}, async ({ db }) => {
        const owning = inArray(domains.state, [...OWNING_STATES]);
        const [row] = await db
          .select()
          .from(domains)
          .where(and(eq(domains.name, name), owning));
        return row && toDomain(row);
      }),
    takeDomain: (claim, from, nowMs) => takeDomain(pool, claim, from, nowMs),
    listLostTo: (claim) =>
      inTransaction(pool, {}, async ({ db }) => {
        const rows = await db.select().from(domains).where(eq(domains.lostTo, claim));
        return rows.map(toDomain);
      }),
    expireDomain: async (tenant, id, nowMs) => {
      await inTenant(tenant, ({ client }) =>
        client.query(
          `update domains set state = 'expired', ended_at = $3
           where tenant = $1 and id = $2 and state in ('claimed', 'proven')`,
          [tenant, id, new Date(nowMs)],
        ),
      );
    },
  };
}
