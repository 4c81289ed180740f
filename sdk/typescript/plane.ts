import { mkdirSync } from 'node:fs';
import { runVerifySelfTest } from '../../facts/crypto/verify-self-test.ts';
import { Index } from './decision-index.ts';
import { lockDirectory } from './directory-lock.ts';
import type { DirectoryLock } from './directory-lock.ts';
import { Events } from './events.ts';
import { createHttpSource } from './fact-source.ts';
import type { FactSource } from './fact-source.ts';
import { Follower } from './follower.ts';
import { FreshnessClock, SYSTEM_CLOCK } from './freshness-clock.ts';
import type { Clock } from './freshness-clock.ts';
import { Journal } from './journal.ts';
import { openLiveSource } from './live-source.ts';
import type { LiveHandlers, LiveSource } from './live-source.ts';
import { ShardSet } from './shard-set.ts';
import { followedShards, verifiersOf } from './trust.ts';
import type { Decision, DecisionKind, EntitlementDecision, Freshness, Identity } from './types.ts';
import type { PlaneEvents, PlaneOptions, PlaneStats } from './types.ts';

const FRESHNESS_TICK_MS = 1_000;
/** The age of the facts is written down this often, for a restart without the registry. */
const SAVE_AGE_MS = 5_000;

/** What a plane talks to; {@link openPlane} brings the real ones. */
export type PlaneSurroundings = {
  source: FactSource;
  /** undefined: no live delivery, the plane only polls. */
  openLive: ((shards: readonly number[], handlers: LiveHandlers) => LiveSource) | undefined;
  clock: Clock;
};

type Parts = {
  index: Index;
  events: Events;
  shards: ShardSet;
  journal: Journal;
  freshness: FreshnessClock;
  lock: DirectoryLock;
};

/** Follows the registry's facts and decides by them, from memory, without the registry. */
export class Plane {
  readonly #parts: Parts;
  readonly #clock: Clock;
  readonly #follower: Follower;
  readonly #live: LiveSource | undefined;
  readonly #ticker: NodeJS.Timeout;
  readonly #ready: Promise<void>;
  #tellReady: () => void = () => undefined;
  #closing: Promise<void> | undefined;
  #savedAgeAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: Parts, around: PlaneSurroundings) {
    this.#parts = parts;
    this.#clock = around.clock;
    this.#ready = new Promise((resolve) => {
      this.#tellReady = resolve;
    });
    const { shards } = parts;
    this.#follower = new Follower(shards.readers, {
      source: around.source,
      monotonicMs: () => this.#clock.monotonicMs(),
      apply: (reader, step) => shards.apply(reader, step),
      caughtUp: (shard, startedMs) => this.#caughtUp(shard, startedMs),
      reread: (reader, signal) => shards.reread(reader, around.source, signal),
    });
    // Subscribed before the first poll: what is published in between is held, not missed.
    this.#live = around.openLive?.([...shards.readers.keys()], {
      lines: (shard, lines) => this.#receive(shard, lines),
      connected: () => this.#follower.pollAll(),
    });
    this.#ticker = setInterval(() => this.#tick(), FRESHNESS_TICK_MS);
    this.#follower.start();
  }

  /** Resolves when every followed shard was read to its end since the plane was opened. */
  ready(): Promise<void> {
    return this.#ready;
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
    const { reason, body } = index.entitlement(tenant, product, this.#clock.wallMs());
    if (reason !== 'entitled' || body === undefined) return { ...refusal, reason };
    return { entitled: true, reason, limits: body.limits, plan: body.plan, freshness };
  }

  /** How old the facts are, by the limits of one kind of decision. */
  freshness(kind: DecisionKind = 'membership'): Freshness {
    return this.#parts.freshness.of(kind);
  }

  stats(): PlaneStats {
    return this.#parts.shards.stats();
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
    clearInterval(this.#ticker);
    await this.#live?.close();
    await this.#follower.stop();
    this.#parts.journal.close();
    this.#parts.lock.release();
  }

  #receive(shard: number, lines: string[]): void {
    const reader = this.#parts.shards.readers.get(shard);
    if (reader === undefined || this.#closing !== undefined) return;
    const step = reader.live(lines);
    this.#parts.shards.apply(reader, step);
    if (step.fetch) this.#follower.heal(shard);
  }

  #caughtUp(shard: number, startedMs: number): void {
    const { freshness, journal, events } = this.#parts;
    if (!freshness.caughtUp(shard, startedMs)) return;
    this.#tellReady();
    this.#tick();
    const knownAtMs = this.#clock.wallMs() - freshness.ageMs();
    if (Math.abs(knownAtMs - this.#savedAgeAtMs) < SAVE_AGE_MS) return;
    this.#savedAgeAtMs = knownAtMs;
    try {
      journal.savePolledAtMs(knownAtMs);
    } catch (error) {
      events.emit('journal', error);
    }
  }

  #tick(): void {
    for (const change of this.#parts.freshness.tick()) {
      this.#parts.events.emit('freshness', change);
    }
  }
}

/** {@link openPlane} over given surroundings: other transports, simulated time. */
export const createPlane = async (
  options: PlaneOptions,
  around: PlaneSurroundings,
): Promise<Plane> => {
  runVerifySelfTest();
  const trust = { log: options.log, findVerifier: verifiersOf(options.keys) };
  const followed = followedShards(options.shards);
  mkdirSync(options.directory, { recursive: true });
  const lock = lockDirectory(options.directory);
  try {
    const journal = new Journal(options.directory);
    const index = new Index();
    const events = new Events();
    const shards = new ShardSet(followed, { trust, index, journal, events });
    await shards.load();
    const savedMs = journal.polledAtMs();
    const freshness = new FreshnessClock(around.clock, followed, savedMs, options.expiry);
    return new Plane({ index, events, shards, journal, freshness, lock }, around);
  } catch (error) {
    lock.release();
    throw error;
  }
};

/**
 * Opens a data plane. Answers from disk at once, also while registry and NATS are dead (then
 * `freshness()` says so); {@link Plane.ready} tells when it has caught up. Rejects for a wrong
 * key (`key-invalid`) and for a directory that another process uses (`directory-locked`).
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
