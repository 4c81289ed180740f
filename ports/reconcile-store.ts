import type { CustomDomain } from '../domain/custom-domain.ts';
import type { KnownTenant } from '../domain/reconcile/orphans.ts';
import type { Report } from '../domain/reconcile/report.ts';
import type { OpenOperation } from '../domain/reconcile/sagas.ts';
import type { CommitTransaction, Operation } from './registry-store.ts';

/** One tenant under its head lock: what the registry holds of it, and what it said. */
export interface ReconcileTransaction extends Pick<
  CommitTransaction,
  'findCommit' | 'view' | 'apply' | 'appendAudit' | 'saveCommit'
> {
  /** Payloads of all facts of the tenant by `seq`; undefined while some are not signed yet. */
  chain(): Promise<readonly Uint8Array[] | undefined>;
}

/** In a state of `OWNING_STATES`. */
export type OwnedDomain = Pick<CustomDomain, 'id' | 'tenant' | 'name' | 'state'>;

/**
 * The doctor's view of the registry. It reads across tenants as an operator does, and writes as a
 * worker of the one tenant concerned. Rejects with `StoreError`.
 */
export interface ReconcileStore {
  transact<T>(tenant: string, work: (transaction: ReconcileTransaction) => Promise<T>): Promise<T>;
  /** Replaces what the operation had kept. */
  keep(report: Report): Promise<void>;
  findReport(operation: string): Promise<Report | undefined>;
  /** The last look at everything before this operation's. */
  lastSweep(before: string): Promise<Report | undefined>;
  /** The accepted request that made the tenant. */
  findProvisioning(tenant: string): Promise<Operation | undefined>;
  listTenants(): Promise<readonly KnownTenant[]>;
  listOwnedDomains(): Promise<readonly OwnedDomain[]>;
  /** Of those that an operation works on outside, but for this one. */
  busyTenants(except: string): Promise<ReadonlySet<string>>;
  openOperations(): Promise<readonly OpenOperation[]>;
  /** Of those operations: which have a row, and which committed something. */
  findRows(operations: readonly string[]): Promise<ReadonlySet<string>>;
  hasCommitted(operation: string): Promise<boolean>;
  /** Of those tenants: which the log has facts of. */
  statedAmong(tenants: readonly string[]): Promise<ReadonlySet<string>>;
  /** Of those that are there and not busy: the ones that were looked at longest ago. */
  longestUnexamined(limit: number): Promise<readonly string[]>;
  /**
   * False after a restart of Postgres, until it was compared with the log outside: it may be a
   * backup that has lost tenants (DESIGN 3).
   */
  isCompared(): Promise<boolean>;
}
