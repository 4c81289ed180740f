import { mkdirSync } from 'node:fs';
import { FactError } from '../../facts/core/errors.ts';
import { runVerifySelfTest } from '../../facts/crypto/verify-self-test.ts';
import { Index } from './decision-index.ts';
import { lockDirectory } from './directory-lock.ts';
import type { DirectoryLock } from './directory-lock.ts';
import { Events } from './events.ts';
import { followedShards } from './followed-shards.ts';
import { Following, refusalOf } from './following.ts';
import type { FollowingParts, PlaneSurroundings } from './following.ts';
import { FreshnessClock, SYSTEM_CLOCK } from './freshness-clock.ts';
import { HeartbeatGate } from './heartbeat-gate.ts';
import { Journal } from './journal.ts';
import { KeyChain } from './key-chain.ts';
import { openLiveSource } from './live-source.ts';
import { createHttpSource } from './registry-source.ts';
import { SavedNotes } from './saved-notes.ts';
import { ShardSet } from './shard-set.ts';
import type { Decision, DecisionKind, EntitlementDecision, Freshness, Identity } from './types.ts';
import type { PlaneEvents, PlaneOptions, PlaneStats } from './types.ts';

type Parts = FollowingParts & { index: Index; journal: Journal; lock: DirectoryLock };

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
    this.#parts.journal.close();
    this.#parts.lock.release();
  }
}

/** What the disk holds of keys and heartbeats; what is refused there is learned again. */
const restore = (
  keys: KeyChain,
  gate: HeartbeatGate,
  shards: ShardSet,
  notes: SavedNotes,
): void => {
  try {
    for (const note of notes.keySets()) keys.take(note);
    const saved = notes.heartbeat();
    const heartbeat = saved === undefined ? undefined : gate.take(saved);
    if (heartbeat !== undefined) shards.heartbeat(heartbeat.heads);
  } catch (error) {
    if (!(error instanceof FactError)) throw error;
    shards.refuse([refusalOf(error, 'disk')]);
  }
};

/** {@link openPlane} over given surroundings: other transports, simulated time. */
export const createPlane = async (
  options: PlaneOptions,
  around: PlaneSurroundings,
): Promise<Plane> => {
  runVerifySelfTest();
  const keys = new KeyChain(options.log, options.root);
  const trust = { log: options.log, findKey: (keyId: string) => keys.find(keyId) };
  const followed = followedShards(options.shards);
  mkdirSync(options.directory, { recursive: true });
  const events = new Events();
  const lock = lockDirectory(options.directory, (error) => events.emit('journal', error));
  try {
    const [journal, notes] = [new Journal(options.directory), new SavedNotes(options.directory)];
    const [index, gate] = [new Index(), new HeartbeatGate(keys)];
    const shards = new ShardSet(followed, { trust, index, journal, events });
    restore(keys, gate, shards, notes);
    await shards.load();
    const savedMs = notes.knownAtMs();
    const freshness = new FreshnessClock(around.clock, followed, savedMs, options.expiry);
    const parts = { keys, gate, index, events, shards, journal, notes, freshness, lock };
    return new Plane(parts, around);
  } catch (error) {
    lock.release();
    throw error;
  }
};

/**
 * Opens a data plane. Answers from disk at once, also while registry and NATS are dead (then
 * `freshness()` says so); {@link Plane.ready} tells when it has caught up. Rejects for a root that
 * is none of this log (`key-invalid`) and for a directory that another process uses
 * (`directory-locked`).
 */
export const openPlane = (options: PlaneOptions): Promise<Plane> => {
  const { natsUrl } = options;
  return createPlane(options, {
    source: createHttpSource(options.registryUrl, options.token),
    openLive:
      natsUrl === undefined
        ? undefined
        : (shards, handlers) => openLiveSource(natsUrl, shards, handlers),
    clock: SYSTEM_CLOCK,
  });
};
