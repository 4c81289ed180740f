import { UUID } from '../../facts/core/formats.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { hashOfApiKey } from '../../facts/crypto/api-key.ts';
import { shardOf } from '../../facts/crypto/shard.ts';
import { Index } from './decision-index.ts';
import { becauseFacts } from './explain.ts';
import type { LiveFacts } from './explain.ts';
import { followedShards } from './followed-shards.ts';
import { Following } from './following.ts';
import type { PlaneSurroundings } from './following.ts';
import { closeReader, openReader, surroundingsOf } from './open-reader.ts';
import type { ReaderParts } from './open-reader.ts';
import { receiptSignerOf } from './receipt-signer.ts';
import { Receipts } from './receipts.ts';
import { readSavedFacts } from './saved-facts.ts';
import type { ApiKeyDecision, ApiKeyOptions, Decision, DecisionKind } from './types.ts';
import type { EntitlementDecision, Explanation, Freshness, Identity } from './types.ts';
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
    const { index, shards, freshness: clock } = this.#parts;
    const freshness = clock.of('membership');
    if (!clock.decidesAt('membership', freshness)) {
      return { allowed: false, reason: 'facts-expired', freshness };
    }
    shards.packed.open(tenant);
    const reason = index.decide(identity.issuer, identity.sub, permission, tenant, project);
    return { allowed: reason === 'granted', reason, freshness };
  }

  /** May the tenant use the product now, and within which limits? */
  entitlement(tenant: string, product: string): EntitlementDecision {
    const { index, shards, freshness: clock } = this.#parts;
    const freshness = clock.of('entitlement');
    const refusal = { entitled: false, limits: {}, plan: null, freshness };
    if (!clock.decidesAt('entitlement', freshness)) {
      return { ...refusal, reason: 'facts-expired' };
    }
    shards.packed.open(tenant);
    const { reason, body } = index.entitlement(tenant, product, this.#around.clock.wallMs());
    if (reason !== 'entitled' || body === undefined) return { ...refusal, reason };
    return { entitled: true, reason, limits: body.limits, plan: body.plan, freshness };
  }

  /**
   * Whose API key is this, and is it good for the scope and in the namespace that are asked? Takes
   * anything; the key is kept nowhere.
   */
  apiKey(key: unknown, asked: ApiKeyOptions = {}): ApiKeyDecision {
    const { freshness: clock } = this.#parts;
    const freshness = clock.of('api-key');
    const unknown = { tenant: null, id: null, scopes: [], namespace: null, freshness };
    if (!clock.decidesAt('api-key', freshness)) {
      return { allowed: false, reason: 'facts-expired', ...unknown };
    }
    const hash = hashOf(key);
    if (hash === undefined) return { allowed: false, reason: 'key-malformed', ...unknown };
    const { reason, key: found } = this.#findApiKey(hash, asked);
    if (found === undefined) return { allowed: false, reason, ...unknown };
    const { tenant, id, body } = found;
    const { scopes, namespace } = body;
    return { allowed: reason === 'granted', reason, tenant, id, scopes, namespace, freshness };
  }

  /**
   * What `can` says, and the facts that it rests on: for people, not for each request. Reads what
   * the plane keeps on disk, and verifies it again.
   */
  async explain(
    identity: Identity,
    permission: string,
    tenant: string,
    project?: string,
  ): Promise<Explanation> {
    const question = { identity, permission, tenant, project };
    const [live, platform] = [await this.#saved(tenant), await this.#saved(PLATFORM_TENANT)];
    const decision = this.can(identity, permission, tenant, project);
    return { decision, because: becauseFacts(question, live, platform) };
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

  #findApiKey(hash: string, asked: ApiKeyOptions): ReturnType<Index['apiKey']> {
    const { index, shards } = this.#parts;
    const nowMs = this.#around.clock.wallMs();
    const found = index.apiKey(hash, asked, nowMs);
    if (found.key !== undefined || shards.packed.size === 0) return found;
    shards.packed.openWithApiKeys();
    return index.apiKey(hash, asked, nowMs);
  }

  async #saved(tenant: string): Promise<LiveFacts> {
    const { shards, journal } = this.#parts;
    const reader = UUID.test(tenant) ? shards.readers.get(shardOf(tenant)) : undefined;
    return reader === undefined
      ? new Map()
      : readSavedFacts(tenant, reader, { journal, saved: shards.saved });
  }

  async #close(): Promise<void> {
    await this.#following.stop();
    closeReader(this.#parts);
  }
}

const hashOf = (key: unknown): string | undefined => {
  try {
    return hashOfApiKey(key);
  } catch {
    return undefined;
  }
};

const receiptsOf = (
  { log, receipts, shards }: PlaneOptions,
  { source, clock }: PlaneSurroundings,
): Receipts | undefined => {
  if (receipts === undefined) return undefined;
  const signer = receiptSignerOf(log, receipts);
  const { name } = receipts;
  return new Receipts({ log, name, signer, shards: followedShards(shards), source, clock });
};

/** {@link openPlane} over given surroundings: other transports, simulated time. */
export const createPlane = async (
  options: PlaneOptions,
  around: PlaneSurroundings,
): Promise<Plane> => {
  const index = new Index();
  const receipts = receiptsOf(options, around);
  const parts = await openReader(options, around.clock, { index });
  return new Plane({ ...parts, index, receipts }, around);
};

/**
 * Opens a data plane. Answers from disk at once, also while registry and NATS are dead (then
 * `freshness()` says so); {@link Plane.ready} tells when it has caught up. Rejects for a root that
 * is none of this log (`key-invalid`) and for a directory that another process uses
 * (`directory-locked`).
 */
export const openPlane = async (options: PlaneOptions): Promise<Plane> =>
  createPlane(options, surroundingsOf(options));
