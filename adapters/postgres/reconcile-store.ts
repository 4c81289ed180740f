import { reconciliations } from '../../drizzle/schema/reconciliations.ts';
import type { ReconcileStore, ReconcileTransaction } from '../../ports/reconcile-store.ts';
import { lockHeads } from './commits.ts';
import type { Closing } from './fact-log.ts';
import { openPool } from './pool.ts';
import { reading } from './reconcile-reads.ts';
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
    ...reading(operator),
    close: async () => {
      await Promise.all([worker.end(), operator.end()]);
    },
  };
}

async function begin(session: Session, tenant: string): Promise<ReconcileTransaction> {
  const { head, ...transaction } = await lockHeads(session, tenant, [tenant]);
  return {
    ...transaction,
    chain: async () => readChain(session, tenant, (await head(tenant)).seq),
  };
}

/** Workers see no facts, and nobody but the sequencer those that are not signed. */
async function readChain(
  { client }: Session,
  tenant: string,
  length: number,
): Promise<Uint8Array[] | undefined> {
  await client.query('set local role tenure_operator');
  const { rows } = await client.query<{ payload: Buffer }>(
    'select payload from facts where tenant = $1 order by seq',
    [tenant],
  );
  await client.query('set local role tenure_worker');
  return rows.length === length ? rows.map(({ payload }) => payload) : undefined;
}
