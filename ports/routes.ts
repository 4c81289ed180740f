import type { Observation } from '../domain/reconcile/observation.ts';
import type { Call } from './call.ts';
import type { InventoryItem } from './identity-provider.ts';

export interface RouteRequest {
  readonly slug: string;
  /** Fully qualified, no final dot. Reserved in our database: routers do not keep hosts unique. */
  readonly host: string;
}

/**
 * The way from a host to the front end. One object per tenant, named by its slug, with the owner
 * mark as labels. Settle time: `ROUTES_SETTLE_MS`.
 */
export interface Routes {
  /** Create, or adopt if mine and bring it to what is wanted, or refuse (`foreign`). */
  ensure(request: RouteRequest, call: Call): Promise<void>;
  /** Resolves when it is gone; absent is success, foreign is left alone. */
  remove(slug: string, call: Call): Promise<void>;
  /**
   * The host leads nowhere, and its object stays: its identity, its certificate and what others
   * wrote on it. Repeatable; absent is success, foreign is left alone.
   */
  suspend(request: RouteRequest, call: Call): Promise<void>;
  /** Takes `suspend` back. As `ensure` otherwise: what is gone is made anew. */
  restore(request: RouteRequest, call: Call): Promise<void>;
  /** What is there for the call's tenant beside what `ensure` would make. Changes nothing. */
  observe(request: RouteRequest, call: Call): Promise<Observation>;
  probe(signal: AbortSignal): Promise<void>;
  inventory(signal: AbortSignal): Promise<readonly InventoryItem[]>;
}

/** The API server answers a write when etcd has it; a cut one is decided within this time. */
export const ROUTES_SETTLE_MS = 5_000;
