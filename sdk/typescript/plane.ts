import { Index } from './decision-index.ts';
import { Following } from './following.ts';
import type { PlaneSurroundings } from './following.ts';
import { closeReader, openReader, surroundingsOf } from './open-reader.ts';
import type { ReaderParts } from './open-reader.ts';
import type { Decision, DecisionKind, EntitlementDecision, Freshness, Identity } from './types.ts';
import type { PlaneEvents, PlaneOptions, PlaneStats } from './types.ts';

type Parts = ReaderParts & { index: Index };

/** Follows the registry's facts and decides by them, from memory, without the registry. */
export class Plane {
  readonly #parts: Parts;
  readonly #around: PlaneSurroundings;
  readonly #following: Following;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts, around: PlaneSurroundings) {
    this.#parts = parts;
    this.#around = around;
    this.#following = new Following(parts, around);
  }

  /** Resolves when every followed shard has reached a heartbeat since the plane was opened. */
  ready(): Promise<void> {
    return this.#following.ready;
  }

  /** May this identity do `permission` (`resource:verb`) in the tenant, or in its project? */
  can(identity: Identity, permission: string, tenant: string, project?: string): Decision {
    const { index, freshness: clock } = this.#parts;
    const freshness = clock.of('membership');
    if (!clock.decidesAt('membership', freshness)) {
      return { allowed: false, reason: 'facts-expired', freshness };
    }
    const reason = index.decide(identity.issuer, identity.sub, permission, tenant, project);
    return { allowed: reason === 'granted', reason, freshness };
  }

  /** May the tenant use the product now, and within which limits? */
  entitlement(tenant: string, product: string): EntitlementDecision {
    const { index, freshness: clock } = this.#parts;
    const freshness = clock.of('entitlement');
    const refusal = { entitled: false, limits: {}, plan: null, freshness };
    if (!clock.decidesAt('entitlement', freshness)) {
      return { ...refusal, reason: 'facts-expired' };
    }
    const { reason, body } = index.entitlement(tenant, product, this.#around.clock.wallMs());
    if (reason !== 'entitled' || body === undefined) return { ...refusal, reason };
    return { entitled: true, reason, limits: body.limits, plan: body.plan, freshness };
  }

  /** How old the facts are, by the limits of one kind of decision. */
  freshness(kind: DecisionKind = 'membership'): Freshness {
    return this.#parts.freshness.of(kind);
  }

  stats(): PlaneStats {
    return { ...this.#parts.shards.stats(), keySet: this.#parts.keys.version };
  }

  /** Returns the function that stops listening. */
  on<E extends keyof PlaneEvents>(
    event: E,
    listener: (...event: PlaneEvents[E]) => void,
  ): () => void {
    return this.#parts.events.on(event, listener);
  }

  /** Stops following and gives the directory free. Decisions still answer, ever less fresh. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#following.stop();
    closeReader(this.#parts);
  }
}

/** {@link openPlane} over given surroundings: other transports, simulated time. */
export const createPlane = async (
  options: PlaneOptions,
  around: PlaneSurroundings,
): Promise<Plane> => {
  const index = new Index();
  const parts = await openReader(options, around.clock, { index });
  return new Plane({ ...parts, index }, around);
};

/**
 * Opens a data plane. Answers from disk at once, also while registry and NATS are dead (then
 * `freshness()` says so); {@link Plane.ready} tells when it has caught up. Rejects for a root that
 * is none of this log (`key-invalid`) and for a directory that another process uses
 * (`directory-locked`).
 */
export const openPlane = (options: PlaneOptions): Promise<Plane> =>
  createPlane(options, surroundingsOf(options));
