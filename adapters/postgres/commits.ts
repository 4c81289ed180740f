import type pg from 'pg';
import type { ChainHead, CommitStore, CommitTransaction } from '../../ports/registry-store.ts';
import { OUTBOX_CHANNEL } from './bell.ts';
import { applyChanges, tenantOf } from './changes.ts';
import { appendAudit, appendFacts, saveCommit } from './commit-writes.ts';
import { toCatalog, toMembership, toTenant } from './rows.ts';
import { focus, inTransaction, type Session } from './transaction.ts';

/** Commits in role `tenure_worker`. */
export function createCommitStore(pool: pg.Pool): CommitStore {
  return {
    transact: (tenants, work) => {
      const home = tenants[0];
      if (home === undefined) throw new TypeError('a commit without a tenant');
      return inTransaction(pool, { tenant: home, channel: OUTBOX_CHANNEL }, async (session) => {
        const transaction = await lockHeads(session, home, tenants);
        return work(transaction);
      });
    },
  };
}

/** In the order of the ids, so that two commits on two chains cannot wait for each other. */
async function lockHeads(
  session: Session,
  home: string,
  tenants: readonly string[],
): Promise<CommitTransaction> {
  const focused = focusing(session, home);
  const heads = new Map<string, ChainHead>();
  for (const tenant of [...new Set(tenants)].toSorted()) {
    const [head] = await (await focused(tenant)).statements.lockHead.execute({ tenant });
    if (head !== undefined) heads.set(tenant, head);
  }
  return commitTransaction(focused, home, heads);
}

type Focused = (tenant: string) => Promise<Session>;

/** Row-level security shows one tenant at a time; most commits never change it. */
function focusing(session: Session, home: string): Focused {
  let current = home;
  return async (tenant) => {
    if (tenant !== current) await focus(session, tenant);
    current = tenant;
    return session;
  };
}

function commitTransaction(
  focused: Focused,
  home: string,
  heads: ReadonlyMap<string, ChainHead>,
): CommitTransaction {
  return {
    findCommit: async (operation, step) => {
      const { statements } = await focused(home);
      const [row] = await statements.findCommit.execute({ operation, step });
      return row;
    },
    view: async (tenant) => {
      const { statements } = await focused(tenant);
      const [row] = await statements.findTenant.execute({ tenant });
      const members = await statements.listMembers.execute({ tenant });
      const catalog = toCatalog(await statements.readCatalog.execute());
      return { tenant: row && toTenant(row), members: members.map(toMembership), catalog };
    },
    head: async (tenant) => {
      const head = heads.get(tenant);
      if (head === undefined) throw new Error(`tenant ${tenant} has no locked head`);
      return head;
    },
    apply: async (changes) => {
      for (const [tenant, own] of Map.groupBy(changes, tenantOf)) {
        await applyChanges((await focused(tenant)).client, own);
      }
    },
    appendFacts: async (facts) => {
      for (const [tenant, own] of Map.groupBy(facts, (fact) => fact.tenant)) {
        await appendFacts((await focused(tenant)).client, tenant, own);
      }
    },
    appendAudit: async (rows, nowMs) => {
      for (const [tenant, own] of Map.groupBy(rows, (row) => row.tenant)) {
        await appendAudit((await focused(tenant)).client, own, nowMs);
      }
    },
    saveCommit: async (commit, releaseLock) => {
      await saveCommit((await focused(home)).client, home, commit, releaseLock);
    },
  };
}
