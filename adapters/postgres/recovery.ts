import { asc, notInArray } from 'drizzle-orm';
import { keySets } from '../../drizzle/schema/key-sets.ts';
import { operations } from '../../drizzle/schema/operations.ts';
import { outbox } from '../../drizzle/schema/outbox.ts';
import type { DatabaseRole } from '../../drizzle/roles.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { LostLeadershipError } from '../../ports/fact-log.ts';
import type { Recovered, RecoveryStore } from '../../ports/recovery.ts';
import { appendFacts } from './commit-writes.ts';
import { openPool } from './pool.ts';
import { STARTED_MS } from './fence.ts';
import { appendToLog, readSignedHeads } from './recovery-log.ts';
import { restoreTenant, setHead } from './recovery-state.ts';
import { toOperation } from './rows.ts';
import { inTransaction, type Session } from './transaction.ts';

/**
 * As the owner of the schema, who may act in each role of DESIGN 7: every table is written in the
 * role that may write it, so that row-level security holds here too.
 */
export function createRecoveryStore({ databaseUrl }: { readonly databaseUrl: string }) {
  const pool = openPool({ databaseUrl, role: 'tenure_owner', maxConnections: 1 });
  const store: RecoveryStore = {
    signedHeads: (tenants) =>
      inTransaction(pool, { role: 'tenure_sequencer' }, ({ client }) =>
        readSignedHeads(client, tenants),
      ),
    recover: (fence, recovered) =>
      inTransaction(pool, {}, (session) => recover(session, fence, recovered)),
    openOperations: () =>
      inTransaction(pool, { role: 'tenure_operator' }, async ({ db }) => {
        const rows = await db
          .select()
          .from(operations)
          .where(notInArray(operations.state, ['done', 'unwound']))
          .orderBy(asc(operations.acceptedAt), asc(operations.id));
        return rows.map(toOperation);
      }),
  };
  return { ...store, close: () => pool.end() };
}

async function recover(session: Session, fence: number, recovered: Recovered): Promise<void> {
  const { client, db } = session;
  const { facts, rewrite, restore } = recovered;
  await act(session, 'tenure_worker');
  // Each commit locks its row here first: those under way end before, the others come behind.
  await client.query('lock table tenant_heads in exclusive mode');
  await act(session, 'tenure_owner');
  await moveHead(session, fence, recovered);
  await act(session, 'tenure_sequencer');
  await appendToLog(client, facts);
  const waiting = await db.select().from(outbox).orderBy(asc(outbox.id));
  const ofTenant = Map.groupBy(facts, ({ tenant }) => tenant);
  const touched = new Set([...ofTenant.keys(), ...waiting.map(({ tenant }) => tenant)]);
  const heads = await readSignedHeads(client, [...touched]);
  const kept = rewrite(
    waiting.map(({ fact, ...row }) => ({ ...row, id: fact })),
    heads,
  );
  await client.query('delete from outbox');
  for (const tenant of ofTenant.keys())
    await restoreTenant(tenant, restore, (role) => act(session, role, tenant));
  for (const tenant of touched) {
    await setHead(tenant, heads.get(tenant), (role) => act(session, role, tenant));
    await act(session, 'tenure_worker', tenant);
    const own = kept.filter((fact) => fact.tenant === tenant);
    await appendFacts(client, tenant, own);
  }
}

/** From here on the transaction does what the role may, and sees the rows of that tenant. */
async function act(
  session: Session,
  role: DatabaseRole,
  tenant = PLATFORM_TENANT,
): Promise<Session> {
  await session.client.query(`set local role ${role}`);
  await session.client.query(`select set_config('app.tenant', $1, true)`, [tenant]);
  return session;
}

/**
 * The fence becomes the time of now, so that no leader of the life that the backup does not know,
 * whose heartbeats the readers may have seen, had a higher one.
 */
async function moveHead(
  { client, db }: Session,
  fence: number,
  { base, facts, keySets: added, epoch }: Recovered,
): Promise<void> {
  if (added.length > 0) await db.insert(keySets).values([...added]);
  const { rowCount } = await client.query(
    `update log_head set next_index = $3, epoch = $4, key_set = greatest(key_set, $5),
       fence = greatest(fence, (extract(epoch from clock_timestamp()) * 1000)::bigint)
     where fence = $1 and fence >= ${STARTED_MS} and next_index = $2`,
    [fence, base, base + facts.length, epoch, added.at(-1)?.version ?? 0],
  );
  if (rowCount !== 1) throw new LostLeadershipError(`the log is not led by fence ${fence}`);
}
