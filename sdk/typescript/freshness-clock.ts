import {
  DEFAULT_EXPIRY,
  FRESH_MS,
  SKEW_LIMIT_MS,
  ageFromDiskMs,
  freshnessOf,
} from './freshness.ts';
import type { DecisionKind, ExpiryPolicy, Freshness, FreshnessChange } from './types.ts';

export type Clock = {
  /** Never goes back; unrelated to the time of day. */
  monotonicMs(): number;
  /** Time of day, for what lies between two processes and for entitlements that end. */
  wallMs(): number;
};

export const SYSTEM_CLOCK: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};

const KINDS: readonly DecisionKind[] = ['membership', 'entitlement', 'api-key'];

/** Age of what the plane knows, and what that means per kind of decision. */
export class FreshnessClock {
  readonly #clock: Clock;
  readonly #expiry: Readonly<Record<DecisionKind, ExpiryPolicy>>;
  /** Per shard the arrival of the newest heartbeat that it reached. */
  readonly #reachedMs = new Map<number, number>();
  readonly #shards: readonly number[];
  readonly #told: Record<DecisionKind, Freshness>;
  /** Arrival of the newest heartbeat that every followed shard has reached. */
  #knownMs: number;
  #wallOffsetMs: number;

  constructor(
    clock: Clock,
    shards: readonly number[],
    savedWallMs: number | undefined,
    expiry: Partial<Record<DecisionKind, ExpiryPolicy>> = {},
  ) {
    this.#clock = clock;
    this.#shards = shards;
    this.#expiry = { ...DEFAULT_EXPIRY, ...expiry };
    this.#knownMs = clock.monotonicMs() - ageFromDiskMs(savedWallMs, clock.wallMs());
    this.#wallOffsetMs = clock.wallMs() - clock.monotonicMs();
    this.#told = {
      membership: this.of('membership'),
      entitlement: this.of('entitlement'),
      'api-key': this.of('api-key'),
    };
  }

  ageMs(): number {
    return this.#clock.monotonicMs() - this.#knownMs;
  }

  of(kind: DecisionKind): Freshness {
    return freshnessOf(this.ageMs(), this.#expiry[kind].limitMs);
  }

  decidesAt(kind: DecisionKind, freshness: Freshness): boolean {
    return freshness !== 'expired' || this.#expiry[kind].whenExpired === 'allow';
  }

  /** True once every followed shard has reached a heartbeat. */
  get isComplete(): boolean {
    return this.#reachedMs.size === this.#shards.length;
  }

  /** A shard reached a heartbeat. True when more is known of all shards: worth writing down. */
  reached(shard: number, arrivedMs: number): boolean {
    this.#reachedMs.set(shard, arrivedMs);
    if (!this.isComplete) return false;
    const oldestMs = Math.min(...this.#reachedMs.values());
    const newer = oldestMs > this.#knownMs;
    if (newer) this.#knownMs = oldestMs;
    return newer;
  }

  /** Notices a suspended machine or a set clock; tells which levels changed since the last call. */
  tick(): FreshnessChange[] {
    const nowMs = this.#clock.monotonicMs();
    const offsetMs = this.#clock.wallMs() - nowMs;
    if (Math.abs(offsetMs - this.#wallOffsetMs) > SKEW_LIMIT_MS) {
      this.#knownMs = Math.min(this.#knownMs, nowMs - FRESH_MS - 1);
      this.#reachedMs.clear();
    }
    this.#wallOffsetMs = offsetMs;
    return KINDS.flatMap((kind) => {
      const from = this.#told[kind];
      const to = this.of(kind);
      this.#told[kind] = to;
      const alarm = to === 'expired' && this.decidesAt(kind, to);
      return from === to ? [] : [{ kind, from, to, alarm }];
    });
  }
}
