import type { Observation } from '../domain/reconcile/observation.ts';
import type { Call } from './call.ts';
import type { InventoryItem } from './identity-provider.ts';

export interface TenantDatabaseHandle {
  /** Where the tenant's services connect; carries no secret. */
  readonly url: string;
}

/**
 * A database of the tenant's own, named by the tenant's UUID (slugs come back, UUIDs do not), with
 * the owner mark inside. Settle time: `TENANT_DATABASE_SETTLE_MS`.
 */
export interface TenantDatabase {
  /**
   * Create, or adopt if mine and bring it to what is wanted, or refuse (`foreign`). The tenant is
   * the call's owner.
   */
  ensure(call: Call): Promise<TenantDatabaseHandle>;
  /** Removes it; absent is success, foreign is left alone. */
  remove(call: Call): Promise<void>;
  /** What is there for the call's tenant beside what `ensure` would make. Changes nothing. */
  observe(call: Call): Promise<Observation>;
  probe(signal: AbortSignal): Promise<void>;
  inventory(signal: AbortSignal): Promise<readonly InventoryItem[]>;
}

export const TENANT_DATABASE_SETTLE_MS = 5_000;
