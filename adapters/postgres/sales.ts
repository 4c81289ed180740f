import { desc, eq } from 'drizzle-orm';
import type pg from 'pg';
import { productRequests } from '../../drizzle/schema/product-requests.ts';
import type { Sales, Usage } from '../../domain/sales.ts';
import type { ListedRequest, SalesStore } from '../../ports/sales-store.ts';
import { violatedConstraint } from './errors.ts';
import { toSales, type SalesRow } from './rows.ts';
import { inTransaction } from './transaction.ts';

/** All of it in one statement: every commit reads it. */
const READ_SALES = `
  select
    coalesce((select jsonb_agg(jsonb_build_object('tenant', tenant, 'product', product,
        'plan', plan, 'limits', limits) order by product)
      from entitlements where tenant = $1), '[]') as entitlements,
    coalesce((select jsonb_agg(jsonb_build_object('tenant', tenant, 'product', product,
        'limit', limit_name, 'used', used) order by product, limit_name)
      from usage where tenant = $1), '[]') as usage,
    coalesce((select jsonb_agg(jsonb_build_object('id', id, 'tenant', tenant, 'product', product,
        'state', state, 'limits', limits) order by requested_at, id)
      from product_requests where tenant = $1 and state <> 'refused'), '[]') as requests,
    (select jsonb_build_object('tenant', tenant, 'operation', operation,
        'provisionedBy', provisioned_by, 'state', state,
        'endsAtMs', (extract(epoch from ends_at) * 1000)::bigint)
      from trials where tenant = $1) as trial`;

export async function readSales(client: pg.ClientBase, tenant: string): Promise<Sales> {
  const query = { name: 'read_sales', text: READ_SALES, values: [tenant] };
  const { rows } = await client.query<SalesRow>(query);
  const [row] = rows;
  if (row === undefined) throw new Error('a select without from gave no row');
  return toSales(row);
}

/** Each call names its tenant, and is made as that tenant. */
export function createSalesStore(pool: pg.Pool): SalesStore {
  return {
    readSales: (tenant) =>
      inTransaction(pool, { tenant }, ({ client }) => readSales(client, tenant)),
    listRequests: (tenant) =>
      inTransaction(pool, { tenant }, async ({ db }) => {
        const rows = await db
          .select()
          .from(productRequests)
          .where(eq(productRequests.tenant, tenant))
          .orderBy(desc(productRequests.requestedAt), desc(productRequests.id));
        return rows.map(toListed);
      }),
    addRequest: (request) => addRequest(pool, request),
    setUsage: async (usage, nowMs) => {
      const [first] = usage;
      if (first !== undefined) await setUsage(pool, first.tenant, usage, nowMs);
    },
  };
}

async function addRequest(
  pool: pg.Pool,
  request: Parameters<SalesStore['addRequest']>[0],
): ReturnType<SalesStore['addRequest']> {
  const { id, tenant, product, requestedBy, requestedAtMs } = request;
  try {
    return await inTransaction(pool, { tenant }, async ({ client, db }) => {
      const { rowCount } = await client.query({
        name: 'add_product_request',
        text: `insert into product_requests (id, tenant, product, state, limits, requested_by,
                 requested_at) values ($1, $2, $3, 'pending', '{}', $4, $5)
               on conflict (id) do nothing`,
        values: [id, tenant, product, requestedBy, new Date(requestedAtMs)],
      });
      if (rowCount === 1) return 'added';
      const [known] = await db.select().from(productRequests).where(eq(productRequests.id, id));
      return known?.product === product ? 'added' : 'id-taken';
    });
  } catch (error) {
    if (violatedConstraint(error) === 'product_requests_pending') return 'pending';
    throw error;
  }
}

async function setUsage(
  pool: pg.Pool,
  tenant: string,
  usage: readonly Usage[],
  nowMs: number,
): Promise<void> {
  await inTransaction(pool, { tenant }, ({ client }) =>
    client.query({
      name: 'set_usage',
      text: `insert into usage (tenant, product, limit_name, used, reported_at)
             select tenant, product, "limit", used, $2
             from jsonb_to_recordset($1::jsonb)
               as row (tenant uuid, product text, "limit" text, used bigint)
             on conflict (tenant, product, limit_name) do update set used = excluded.used,
               reported_at = excluded.reported_at`,
      values: [JSON.stringify(usage), new Date(nowMs)],
    }),
  );
}

function toListed(row: typeof productRequests.$inferSelect): ListedRequest {
  const { requestedAt, answeredAt, ...rest } = row;
  return {
    ...rest,
    requestedAtMs: requestedAt.getTime(),
    answeredAtMs: answeredAt === null ? null : answeredAt.getTime(),
  };
}
