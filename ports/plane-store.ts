/**
 * Data planes, and what their receipts said of how far they have come (facts-v1, "Receipts").
 *
 * Consistency: read your writes; the receipts of one plane are taken one after the other. Who
 * retries: the caller; each write may be repeated. Rejects with `StoreError`.
 */

export interface Plane {
  readonly name: string;
  /** Note key that its receipts are signed by. */
  readonly key: string;
  readonly addedAtMs: number;
}

/** A receipt that was taken. */
export interface PlaneReceipt {
  readonly atMs: number;
  readonly epoch: number;
  /** Every fact below it, of these shards, is applied. */
  readonly size: number;
  readonly shards: readonly number[];
}

export interface KnownPlane extends Plane {
  /** Its newest receipt; undefined before the first. */
  readonly newest: PlaneReceipt | undefined;
}

/** A fact's place in the log. */
export interface PlacedAt {
  readonly epoch: number;
  readonly index: number;
  readonly shard: number;
}

export interface Coverage extends KnownPlane {
  /** The kept receipt since which all cover the fact; undefined: the newest does not. */
  readonly firstAtMs: number | undefined;
}

/** Gives the receipt to keep; what it throws keeps nothing. */
export type OpenReceipt = (plane: Plane, newest: PlaneReceipt | undefined) => PlaneReceipt;

export interface PlaneStore {
  /** False when there is one of that name with another key. The same again is harmless. */
  addPlane(plane: Plane): Promise<boolean>;
  /** By name. */
  listPlanes(): Promise<readonly KnownPlane[]>;
  /** With its receipts. False when there was none. */
  removePlane(name: string): Promise<boolean>;
  /**
   * Keeps the receipt that `open` gives, in one transaction that holds the plane, and forgets those
   * of the plane from before `keptFromMs`, but never the newest. False when there is no such plane.
   */
  takeReceipt(name: string, open: OpenReceipt, keptFromMs: number): Promise<boolean>;
  /** Of every plane, by name. */
  coverageOf(fact: PlacedAt): Promise<readonly Coverage[]>;
}
