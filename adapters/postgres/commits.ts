import type pg from 'pg';
import type { ChainHead, CommitStore, CommitTransaction } from '../../ports/registry-store.ts';
import { OUTBOX_CHANNEL } from './bell.ts';
import { applyChanges, tenantOf } from './changes.ts';
import { appendAudit, appendFacts, saveCommit, takeTenantLock } from './commit-writes.ts';
import { toCatalog, toDomain, toInvitation, toMembership, toTenant } from './rows.ts';
import { readSales } from './sales.ts';
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
export async function lockHeads(
  session: Session,
  home: string,
  tenants: readonly string[],
): Promise<CommitTransaction> {
  const focused = focusing(session, home);
  const heads = new Map<string, ChainHead>();
  for (const tenant of [...new Set(tenants)].toSorted()) {
    const [head] = await focused(tenant).statements.lockHead.execute({ tenant });
    if (head !== undefined) heads.set(tenant, head);
  }
  return { ...reads(focused, home, heads), ...writes(focused, home) };
}

type Focused = (tenant: string) => Session;

/** Row-level security shows one tenant at a time; most commits never change it. */
function focusing(session: Session, home: string): Focused {
  let current = home;
  return (tenant) => {
    if (tenant !== current) focus(session, tenant);
    current = tenant;
    return session;
  };
}

type Reads = 'findCommit' | 'view' | 'head' | 'lockInvitation' | 'lockDomain';

function reads(
  focused: Focused,
  home: string,
  heads: ReadonlyMap<string, ChainHead>,
): Pick<CommitTransaction, Reads> {
  return {
    findCommit: async (operation, step) => {
      const [row] = await focused(home).statements.findCommit.execute({ operation, step });
      return row;
    },
    view: async (tenant) => {
      const { statements, client } = focused(tenant);
      const [[row], members, catalog, sales] = await Promise.all([
        statements.findTenant.execute({ tenant }),
        statements.listMembers.execute({ tenant }),
        statements.readCatalog.execute(),
        readSales(client, tenant),
      ]);
      const view = { members: members.map(toMembership), catalog: toCatalog(catalog), ...sales };
      return { ...view, tenant: row && toTenant(row) };
    },
    head: (tenant) => {
      const head = heads.get(tenant);
      if (head !== undefined) return Promise.resolve(head);
      return Promise.reject(new Error(`tenant ${tenant} has no locked head`));
    },
    lockInvitation: async (id) => {
      const [row] = await focused(home).statements.lockInvitation.execute({ tenant: home, id });
      return row && toInvitation(row);
    },
    lockDomain: async (id) => {
      const [row] = await focused(home).statements.lockDomain.execute({ tenant: home, id });
      return row && toDomain(row);
    },
  };
}

/**
 * Each sends all its statements at once, so that a caller who does not wait for one before the next
 * has them in one round trip, and none is left to run after another one failed.
 */
function writes(focused: Focused, home: string): Omit<CommitTransaction, Reads> {
  return {
    apply: async (changes) => {
      await perTenant(changes, tenantOf, (tenant, own) =>
        applyChanges(focused(tenant).client, own),
      );
    },
    appendFacts: async (facts) => {
      await perTenant(facts, tenantIn, (tenant, own) =>
        appendFacts(focused(tenant).client, tenant, own),
      );
    },
    appendAudit: async (rows, nowMs) => {
      await perTenant(rows, tenantIn, (tenant, own) =>
        appendAudit(focused(tenant).client, own, nowMs),
      );
    },
    saveCommit: (commit, releaseLock) =>
      saveCommit(focused(home).client, home, commit, releaseLock),
    takeLock: (operation) => takeTenantLock(focused(home).client, operation),
  };
}

const tenantIn = ({ tenant }: { readonly tenant: string }) => tenant;

async function perTenant<Row>(
  rows: readonly Row[],
  tenantFor: (row: Row) => string,
  write: (tenant: string, rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  const groups = [...Map.groupBy(rows, tenantFor)];
  await Promise.all(groups.map(([tenant, own]) => write(tenant, own)));
}
