import { desc, eq } from 'drizzle-orm';
import { keySets } from '../../drizzle/schema/key-sets.ts';
import { logNotes } from '../../drizzle/schema/log-notes.ts';
import type { KeySetPlace, KeySetPublishing } from '../../ports/log-store.ts';
import { findKeySet } from './log.ts';
import { openPool } from './pool.ts';
import { inTransaction, type Session } from './transaction.ts';

/** As the owner of the schema: whoever migrates also says which keys sign. */
export function createKeySetPublishing({ databaseUrl }: { readonly databaseUrl: string }) {
  const pool = openPool({ databaseUrl, role: 'tenure_owner', maxConnections: 1 });
  const publishing: KeySetPublishing = {
    newest: () => inTransaction(pool, {}, (session) => readPlace(session, '')),
    findKeySet: (version) => inTransaction(pool, {}, ({ db }) => findKeySet(db, version)),
    publish: (make) =>
      inTransaction(pool, {}, async (session) => {
        const made = await make(await readPlace(session, 'for update'));
        if (made === undefined) return;
        await session.db.insert(keySets).values(made);
        await session.client.query('update log_head set key_set = $1', [made.version]);
      }),
  };
  return { ...publishing, close: () => pool.end() };
}

async function readPlace({ client, db }: Session, lock: '' | 'for update'): Promise<KeySetPlace> {
  const head = `select next_index as "nextIndex" from log_head ${lock}`;
  const { rows } = await client.query<{ nextIndex: number }>(head);
  const [newest] = await db.select().from(keySets).orderBy(desc(keySets.version)).limit(1);
  const [beat] = await db.select().from(logNotes).where(eq(logNotes.kind, 'heartbeat'));
  if (rows[0] === undefined) throw new Error('log_head has no row');
  return { nextIndex: rows[0].nextIndex, newest: newest?.note, heartbeat: beat?.note };
}
