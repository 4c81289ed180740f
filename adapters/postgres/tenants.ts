import { and, asc, eq, ne, sql } from 'drizzle-orm';
import type pg from 'pg';
import { tenants } from '../../drizzle/schema/tenants.ts';
import type { TenantReader } from '../../ports/registry-store.ts';
import { toCatalog, toMembership, toTenant } from './rows.ts';
import { inTransaction, type Scope } from './transaction.ts';

/** `across`: how to see the tenants of all; what names its tenant is read as that tenant. */
export function createTenantReader(pool: pg.Pool, across: Scope): TenantReader {
  return {
    findTenant: (tenant) =>
      inTransaction(pool, { tenant }, async ({ statements }) => {
        const [row] = await statements.findTenant.execute({ tenant });
        return row && toTenant(row);
      }),
    findTenantBySlug: (slug) =>
      inTransaction(pool, across, async ({ db }) => {
        const [row] = await db
          .select()
          .from(tenants)
          .where(and(eq(tenants.slug, slug), ne(tenants.state, sql`'failed'`), tenants.holdsSlug));
        return row && toTenant(row);
      }),
    listTenants: ({ after, limit }) =>
      inTransaction(pool, across, async ({ db }) => {
        const from =
          after &&
          sql`(${tenants.createdAt}, ${tenants.id}) >
            (${new Date(after.createdAtMs)}::timestamptz, ${after.id}::uuid)`;
        const rows = await db
          .select()
          .from(tenants)
          .where(from)
          .orderBy(asc(tenants.createdAt), asc(tenants.id))
          .limit(limit);
        return rows.map(toTenant);
      }),
    findMember: (tenant, member) =>
      inTransaction(pool, { tenant }, async ({ statements }) => {
        const [row] = await statements.findMember.execute({ tenant, member });
        return row && toMembership(row);
      }),
    listMembers: (tenant) =>
      inTransaction(pool, { tenant }, async ({ statements }) => {
        const rows = await statements.listMembers.execute({ tenant });
        return rows.map(toMembership);
      }),
    readCatalog: () =>
      inTransaction(pool, {}, async ({ statements }) =>
        toCatalog(await statements.readCatalog.execute()),
      ),
  };
}
