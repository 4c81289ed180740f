import { and, eq } from 'drizzle-orm';
import type pg from 'pg';
import { secrets } from '../../drizzle/schema/secrets.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { Seal } from './sealing.ts';
import { inTransaction } from './transaction.ts';

/** Sealed rows; row-level security shows those of the tenant asked for. */
export function createSecrets(pool: pg.Pool, { seal, open }: Seal): Secrets {
  return {
    put: async (tenant, name, value) => {
      await inTransaction(pool, { tenant }, ({ client }) =>
        client.query({
          name: 'put_secret',
          text: `insert into secrets (tenant, name, sealed, updated_at) values ($1, $2, $3, now())
                 on conflict (tenant, name) do update set sealed = excluded.sealed,
                   updated_at = excluded.updated_at`,
          values: [tenant, name, seal(tenant, name, value)],
        }),
      );
    },
    find: (tenant, name) =>
      inTransaction(pool, { tenant }, async ({ db }) => {
        const [row] = await db
          .select({ sealed: secrets.sealed })
          .from(secrets)
          .where(and(eq(secrets.tenant, tenant), eq(secrets.name, name)));
        return row && open(tenant, name, row.sealed);
      }),
    removeAll: async (tenant) => {
      await inTransaction(pool, { tenant }, ({ client }) =>
        client.query('delete from secrets where tenant = $1', [tenant]),
      );
    },
  };
}
