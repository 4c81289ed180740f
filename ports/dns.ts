import type { Observation } from '../domain/reconcile/observation.ts';
import type { Call } from './call.ts';
import type { InventoryItem } from './identity-provider.ts';

/**
 * Names of tenants in one zone. Every host has its address record (CNAME or A/AAAA to the
 * configured target) and a TXT record with the owner mark at `_tenure.<host>`.
 *
 * The authoritative server is asked, never a resolver (negative caching); ADR 26 has the exception.
 * Durability: an answered change is durable. Settle time: `DNS_SETTLE_MS`.
 */
export interface Dns {
  /**
   * Create, or adopt if mine and bring it to what is wanted, or refuse (`foreign`). `host` is fully
   * qualified, no final dot.
   */
  ensure(host: string, call: Call): Promise<void>;
  /** Removes both records if the mark is ours; absent is success, foreign is left alone. */
  remove(host: string, call: Call): Promise<void>;
  /** What is there for the call's tenant beside what `ensure` would make. Changes nothing. */
  observe(host: string, call: Call): Promise<Observation>;
  probe(signal: AbortSignal): Promise<void>;
  inventory(signal: AbortSignal): Promise<readonly InventoryItem[]>;
}

/** An update that was sent is applied or lost within this time. */
export const DNS_SETTLE_MS = 5_000;
