import type { Observation } from '../domain/reconcile/observation.ts';
import type { Call } from './call.ts';
import type { InventoryItem } from './identity-provider.ts';

export interface RouteRequest {
  /** Name of the object: the tenant's slug, or a custom domain (`routeOfDomain`). */
  readonly slug: string;
  /** Fully qualified, no final dot. Reserved in our database: routers do not keep hosts unique. */
  readonly host: string;
}

/**
 * The way from a host to the front end. One object per tenant, named by its slug, and one for each
 * custom domain, named by it (a slug has no dot), with the owner mark in its metadata. Settle
 * time: `ROUTES_SETTLE_MS`.
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

/** The route of a custom domain. Its name keeps two tenants from routing one host. */
export function routeOfDomain(name: string): RouteRequest {
  return { slug: name, host: name };
}

/** The API server answers a write when etcd has it; a cut one is decided within this time. */
export const ROUTES_SETTLE_MS = 5_000;
