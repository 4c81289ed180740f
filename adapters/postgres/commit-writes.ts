import type { ClientBase } from 'pg';
import type { AuditDraft } from '../../domain/decision.ts';
import { StoreError, type StepCommit, type UnsignedFact } from '../../ports/registry-store.ts';
import { violatedConstraint } from './errors.ts';

export type AuditRow = AuditDraft & { tenant: string; actor: string; operation: string };

/**
 * Adds facts of one tenant to the outbox and moves the head of its chain to the last of them. The
 * rows go in by `seq`, so that the outbox id, drawn under the head lock, has the same order.
 */
export async function appendFacts(
  client: ClientBase,
  tenant: string,
  facts: readonly UnsignedFact[],
): Promise<void> {
  const first = facts[0];
  const last = facts.at(-1);
  if (first === undefined || last === undefined) return;
  const appending = client.query({
    name: 'append_facts',
    text: `insert into outbox (fact, tenant, seq, leaf_hash, payload)
           select id, $2::uuid, seq, leaf_hash, payload
           from unnest($1::uuid[], $3::bigint[], $4::bytea[], $5::bytea[])
             as fact (id, seq, leaf_hash, payload)
           order by seq`,
    values: [
      facts.map(({ id }) => id),
      tenant,
      facts.map(({ seq }) => seq),
      facts.map(({ leafHash }) => Buffer.from(leafHash)),
      facts.map(({ payload }) => Buffer.from(payload)),
    ],
  });
  const moving = client.query({
    name: 'move_head',
    text: 'update tenant_heads set seq = $2, hash = $3 where tenant = $1 and seq = $4',
    values: [tenant, last.seq, Buffer.from(last.leafHash), first.seq - 1],
  });
  const [{ rowCount }] = await Promise.all([moving, appending]);
  if (rowCount !== 1) throw new Error(`the head of ${tenant} is not at ${first.seq - 1}`);
}

export async function appendAudit(
  client: ClientBase,
  rows: readonly AuditRow[],
  nowMs: number,
): Promise<void> {
  await client.query({
    name: 'append_audit',
    text: `insert into audit (tenant, operation, actor, action, target, detail, at)
           select tenant, operation, actor, action, target, detail, $2
           from jsonb_to_recordset($1::jsonb) as row (tenant uuid, operation uuid, actor text,
             action text, target text, detail jsonb)`,
    values: [JSON.stringify(rows), new Date(nowMs)],
  });
}

/**
 * `tenant`: whose row it is, the first that the commit locked. What commits without an operation (a
 * recovery, a platform's declaration) is never barred.
 */
export async function saveCommit(
  client: ClientBase,
  tenant: string,
  { operation, step, commandHash, facts }: StepCommit,
  releaseLock: boolean,
): Promise<void> {
  const saving = client.query({
    name: 'save_commit',
    text: `insert into commits (operation, step, tenant, command_hash, facts)
           select $1, $2, $3, $4, $5
           where not exists (select from operations where id = $1 and barred)`,
    values: [operation, step, tenant, commandHash, JSON.stringify(facts)],
  });
  const [{ rowCount }] = await Promise.all([
    saving,
    releaseLock && releaseTenantLock(client, operation),
  ]);
  if (rowCount === 0)
    throw new StoreError('operation-barred', 'Its saga was gone, and the operation was closed.');
}

export async function takeTenantLock(client: ClientBase, operation: string): Promise<void> {
  const taking = client.query({
    name: 'take_lock',
    text: 'update operations set holds_lock = true where id = $1 and ended_at is null',
    values: [operation],
  });
  await taking.catch((cause: unknown) => {
    if (violatedConstraint(cause) !== 'operations_tenant_lock') throw cause;
    const message = 'Another operation works on the tenant.';
    throw new StoreError('tenant-busy', message, { cause });
  });
}

export async function releaseTenantLock(client: ClientBase, operation: string): Promise<void> {
  await client.query({
    name: 'release_lock',
    text: 'update operations set holds_lock = false where id = $1',
    values: [operation],
  });
}
