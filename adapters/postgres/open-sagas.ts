import type { SagaCount } from '../../ports/metrics.ts';
import type { OpenSagas } from '../../ports/open-sagas.ts';
import { openPool } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** Looks across tenants, which is an operator's right. */
export function createOpenSagas(databaseUrl: string): OpenSagas & { close(): Promise<void> } {
  const pool = openPool({ databaseUrl, role: 'tenure_operator', maxConnections: 1 });
  return {
    count: () =>
      inTransaction(pool, {}, async ({ client }) => {
        const { rows } = await client.query<SagaCount>(
          `select kind, state, coalesce(reason->>'code', '') as reason, count(*)::int as count
           from operations where state not in ('done', 'unwound') group by 1, 2, 3`,
        );
        return rows;
      }),
    close: () => pool.end(),
  };
}
