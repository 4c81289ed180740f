import type { ProductRequest, Sales, Usage } from '../domain/sales.ts';

/** A request with its times, as people see it. */
export interface ListedRequest extends ProductRequest {
  /** Opaque id of who asked. */
  readonly requestedBy: string;
  readonly requestedAtMs: number;
  readonly answeredAtMs: number | null;
}

/**
 * What tenants were sold, asked for and use, for the API. Entitlements, trials and answers are
 * written by commits alone (`CommitStore`); here are the rows that make no fact.
 *
 * Durability and consistency as of the registry store. Who retries: the caller; each write is
 * idempotent. Rejects with `StoreError`.
 */
export interface SalesStore {
  readSales(tenant: string): Promise<Sales>;
  /** Newest first, with what was refused. */
  listRequests(tenant: string): Promise<readonly ListedRequest[]>;
  /**
   * `added`: also when a request of this id was there. `pending`: another one of that product is.
   * `id-taken`: the id is of another product, or another tenant's.
   */
  addRequest(
    request: Pick<ListedRequest, 'id' | 'tenant' | 'product' | 'requestedBy' | 'requestedAtMs'>,
  ): Promise<'added' | 'pending' | 'id-taken'>;
  /** Each replaces what was known of its limit; what is not named stays. */
  setUsage(usage: readonly Usage[], nowMs: number): Promise<void>;
}
