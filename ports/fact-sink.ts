import type { Fact } from '../facts/core/types.ts';

/** A verified fact at its place. */
export interface SinkFact {
  readonly shard: number;
  /** In the shard, from 1 without gaps. */
  readonly position: number;
  /** In the whole log. */
  readonly index: number;
  /** Running hash of the shard up to here, lower-case hexadecimal. */
  readonly hash: string;
  /** Signed by a key that was compromised: in the chain, and no part of any state. */
  readonly isVoid: boolean;
  readonly fact: Fact;
  /** As it was signed: the one-line DSSE envelope of facts-v1. */
  readonly envelope: string;
}

/** Where a sink stands in a shard. */
export interface SinkStanding {
  /** The last position up to which none is missing. */
  readonly position: number;
  /** The running hash that the sink holds there. */
  readonly hash: string;
  /** How many facts up to there it holds as void. */
  readonly voids: number;
}

/**
 * A store that holds the facts as well, for other questions than the registry's: analysis, search,
 * an authorization engine. It is fed by a reader and is never asked what is true (DESIGN 4.8).
 *
 * Contract. The sink tells where it stands from what it holds, never from a memory of what it was
 * given: one that lost its tail, was wiped or restored says so, and is filled from there.
 * Each call may be repeated, also while an earlier one that got no answer still takes effect: the
 * same facts twice are there once. A call that resolves has been taken as safely as the store takes
 * anything; one that rejects may have taken effect in part. The caller retries, after it has asked
 * for the standing again, and calls one at a time.
 */
export interface FactSink {
  /** For people and logs: `clickhouse`. */
  readonly name: string;
  /** Makes what the facts are kept in; what is there stays. */
  prepare(): Promise<void>;
  /** By shard; shards of which it holds nothing from position 1 on are left out. */
  standing(): Promise<ReadonlyMap<number, SinkStanding>>;
  /** Facts that follow on its standing; each shard's in order of position. */
  append(facts: readonly SinkFact[]): Promise<void>;
  /**
   * Puts these, all from position 1 on, in place of whatever it holds of the shard: the reader has
   * taken facts back, or knows that some are void. An append that got no answer and takes effect
   * after this one changes nothing any more.
   */
  replace(shard: number, facts: readonly SinkFact[]): Promise<void>;
  /** Rejects while it does not answer, or refuses our credentials. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
