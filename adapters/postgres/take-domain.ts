import type pg from 'pg';
import type { DomainRef, DomainStore } from '../../ports/domain-store.ts';
import { appendAudit } from './commit-writes.ts';
import { violatedConstraint } from './errors.ts';
import { focus, inTransaction, type Session } from './transaction.ts';

/** Nobody asked for it: the zone says so. */
const ACTOR = 'registry';

/** Rolls the transaction back: half of a change of hands is none. */
class NotTaken extends Error {}

export async function takeDomain(
  pool: pg.Pool,
  ...[claim, from, nowMs]: Parameters<DomainStore['takeDomain']>
): Promise<boolean> {
  try {
    await inTransaction(pool, { tenant: claim.tenant }, async (session) => {
      if (await isProven(session, claim)) return;
      if (from !== undefined) await lose(session, from, claim, nowMs);
      focus(session, claim.tenant);
      await prove(session, claim, nowMs);
    });
    return true;
  } catch (error) {
    if (error instanceof NotTaken || violatedConstraint(error) === 'domains_owned_name')
      return false;
    throw error;
  }
}

/** An earlier attempt took it, and its answer was lost. */
async function isProven({ client }: Session, { tenant, id }: DomainRef): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from domains where tenant = $1 and id = $2 and state = 'proven'`,
    [tenant, id],
  );
  return rowCount === 1;
}

/** Not while an operation holds the tenant: it may be opening or closing that very route. */
async function lose(
  session: Session,
  { tenant, id }: DomainRef,
  claim: DomainRef,
  nowMs: number,
): Promise<void> {
  focus(session, tenant);
  const { rowCount } = await session.client.query(
    `update domains set state = 'lost', ended_at = $3, lost_to = $4
     where tenant = $1 and id = $2 and state = 'active'
       and not exists (select from operations where tenant = $1 and holds_lock)`,
    [tenant, id, new Date(nowMs), claim.id],
  );
  if (rowCount !== 1) throw new NotTaken();
  const audit = { action: 'domain.lost', target: `domain:${id}`, detail: {} };
  await appendAudit(session.client, [{ ...audit, tenant, actor: ACTOR, operation: id }], nowMs);
}

async function prove({ client }: Session, { tenant, id }: DomainRef, nowMs: number): Promise<void> {
  const { rowCount } = await client.query(
    `update domains set state = 'proven', proven_at = $3
     where tenant = $1 and id = $2 and state = 'claimed'`,
    [tenant, id, new Date(nowMs)],
  );
  if (rowCount !== 1) throw new NotTaken();
}
