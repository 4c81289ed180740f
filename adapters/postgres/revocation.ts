import { and, asc, eq, gte } from 'drizzle-orm';
import { facts } from '../../drizzle/schema/facts.ts';
import type { RevocationStore } from '../../ports/revocation-store.ts';
import { lockHeads } from './commits.ts';
import { OUTBOX_CHANNEL } from './bell.ts';
import type { Closing } from './fact-log.ts';
import { openPool } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** Reads facts of all tenants as operator, and writes as worker, one tenant at a time. */
export function createRevocationStore(options: {
  readonly databaseUrl: string;
}): RevocationStore & Closing {
  const reading = openPool({ ...options, role: 'tenure_operator', maxConnections: 1 });
  const writing = openPool({ ...options, role: 'tenure_worker', maxConnections: 1 });
  return {
    signedBy: (keyId, from, limit) =>
      inTransaction(reading, {}, ({ db }) =>
        db
          .select({ index: facts.index, payload: facts.payload })
          .from(facts)
          .where(and(eq(facts.keyId, keyId), gte(facts.index, from)))
          .orderBy(asc(facts.index))
          .limit(limit),
      ),
    transact: (tenant, work) =>
      inTransaction(writing, { tenant, channel: OUTBOX_CHANNEL }, async (session) => {
        return work(await lockHeads(session, tenant, [tenant]));
      }),
    close: async () => {
      await Promise.all([reading.end(), writing.end()]);
    },
  };
}
