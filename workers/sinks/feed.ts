import { setTimeout as sleep } from 'node:timers/promises';
import { SHARD_COUNT, shardName } from '../../facts/crypto/shard.ts';
import type { FactSink, SinkFact, SinkStanding } from '../../ports/fact-sink.ts';
import { NOTHING } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { Tails } from './tails.ts';

export interface FeedTiming {
  /** A sink is asked this often what it holds: somebody may have wiped or restored it. */
  readonly compareMs: number;
  /** Facts that come together are written together; analytical stores want few, large writes. */
  readonly lingerMs: number;
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
}

const FEED_TIMING: FeedTiming = {
  compareMs: 10_000,
  lingerMs: 200,
  firstRetryMs: 500,
  lastRetryMs: 10_000,
};

/** Facts of one write. */
const MAX_BATCH = 5_000;
/** Facts that wait in memory; beyond that all are dropped, and read from disk in their turn. */
const MAX_WAITING = 50_000;

/** The reader that feeds. */
export interface FeedSource {
  readonly ledger: Ledger;
  /** Every fact of the shard from position 1 on, verified. */
  read(shard: number, signal: AbortSignal): Promise<readonly SinkFact[]>;
  /** It knows all that the log holds: what a sink holds beyond it was taken back. */
  isFresh(): boolean;
}

const same = (a: SinkStanding, b: SinkStanding): boolean =>
  a.position === b.position && a.hash === b.hash && a.voids === b.voids;

/**
 * Keeps one sink equal to the reader, for ever: compares, shard by shard, what the sink says that
 * it holds, fills what is missing, replaces what differs, and hands on what comes. After any doubt
 * it compares again; it has no state of its own that would have to be in step with the sink.
 */
export class SinkFeed {
  readonly #sink: FactSink;
  readonly #source: FeedSource;
  readonly #report: (message: string, cause: unknown) => void;
  readonly #timing: FeedTiming;
  readonly #tails = new Tails();
  /** Shards in which the sink holds more than the reader, and since when it does. */
  readonly #ahead = new Map<number, { held: SinkStanding; sinceMs: number }>();
  /** Shards of which the reader has taken facts back since the sink was last in step. */
  readonly #changed = new Set<number>();
  #compareAtMs = 0;
  #wake: () => void = () => undefined;

  constructor(
    sink: FactSink,
    source: FeedSource,
    report: (message: string, cause: unknown) => void,
    timing = FEED_TIMING,
  ) {
    this.#sink = sink;
    this.#source = source;
    this.#report = report;
    this.#timing = timing;
    source.ledger.listen({
      appended: (fact) => this.#appended(fact),
      forgotten: (shard) => {
        this.#changed.add(shard);
        this.#tails.drop(shard);
        this.#compareSoon();
      },
    });
  }

  /** Never rejects; ends when the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        if (performance.now() >= this.#compareAtMs) {
          await this.#compareAll(signal);
          continue; // no success yet: a sink may answer and take nothing
        }
        const hasWritten = await this.#write();
        failures = 0;
        if (!hasWritten) await this.#rest(signal);
      } catch (cause) {
        if (signal.aborted) return;
        this.#report(`${this.#sink.name} does not take facts now; trying again`, cause);
        this.#tails.dropAll();
        this.#compareSoon();
        const { firstRetryMs, lastRetryMs } = this.#timing;
        const waitMs = Math.min(firstRetryMs * 2 ** failures, lastRetryMs);
        failures += 1;
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #appended(fact: SinkFact): void {
    if (!this.#tails.push(fact)) {
      const isReached = this.#ahead.get(fact.shard)?.held.position === fact.position;
      return isReached ? this.#compareSoon() : undefined;
    }
    if (this.#tails.waiting <= MAX_WAITING) return this.#wake();
    this.#tails.dropAll();
    return this.#compareSoon();
  }

  /** Before anything more is written. */
  #compareSoon(): void {
    this.#compareAtMs = 0;
    this.#wake();
  }

  async #compareAll(signal: AbortSignal): Promise<void> {
    // Set first: a doubt that comes meanwhile sets it back.
    this.#compareAtMs = performance.now() + this.#timing.compareMs;
    await this.#sink.prepare();
    const standing = await this.#sink.standing();
    for (let shard = 0; shard < SHARD_COUNT; shard += 1) {
      await this.#compare(shard, standing.get(shard) ?? NOTHING, signal);
      while (this.#tails.waiting >= MAX_BATCH) await this.#write();
    }
  }

  async #compare(shard: number, held: SinkStanding, signal: AbortSignal): Promise<void> {
    const { ledger } = this.#source;
    const given = this.#tails.given(shard);
    const expected = given === undefined ? undefined : ledger.standing(shard, given);
    if (expected !== undefined && same(expected, held)) {
      this.#changed.delete(shard);
      return;
    }
    const own = ledger.standing(shard, held.position);
    this.#tails.drop(shard);
    if (own === undefined && !this.#isTakenBack(shard, held)) return;
    this.#ahead.delete(shard);
    if (own !== undefined && same(own, held)) await this.#fill(shard, held.position, signal);
    else await this.#replace(shard, signal);
  }

  /**
   * A reader that starts anew, or that is cut off, has less than the sink: it may still come to
   * the same. It has not when it says so, or knows the whole log at the next comparison too.
   */
  #isTakenBack(shard: number, held: SinkStanding): boolean {
    if (this.#changed.has(shard)) return true;
    const before = this.#ahead.get(shard);
    const nowMs = performance.now();
    if (before === undefined || !same(before.held, held) || !this.#source.isFresh()) {
      this.#ahead.set(shard, { held, sinceMs: nowMs });
      return false;
    }
    // A comparison that comes early, after a failure, does not count.
    return nowMs - before.sinceMs >= this.#timing.compareMs / 2;
  }

  async #fill(shard: number, from: number, signal: AbortSignal): Promise<void> {
    const upTo = this.#source.ledger.position(shard);
    const putBefore = this.#tails.open(shard, from);
    if (upTo > from) putBefore((await this.#read(shard, upTo, signal)).slice(from));
  }

  async #replace(shard: number, signal: AbortSignal): Promise<void> {
    const upTo = this.#source.ledger.position(shard);
    this.#tails.open(shard, upTo);
    await this.#sink.replace(shard, await this.#read(shard, upTo, signal));
  }

  /** What the reader takes back meanwhile is seen at the next comparison, which then is due. */
  async #read(shard: number, upTo: number, signal: AbortSignal): Promise<readonly SinkFact[]> {
    const facts = await this.#source.read(shard, signal);
    if (facts.length >= upTo || this.#tails.given(shard) === undefined) return facts.slice(0, upTo);
    throw new Error(`the journal of shard ${shardName(shard)} lacks facts that were accepted`);
  }

  /** False when nothing waits. */
  async #write(): Promise<boolean> {
    const batch = this.#tails.next(MAX_BATCH);
    if (batch === undefined) return false;
    await this.#sink.append(batch.facts);
    batch.taken();
    return true;
  }

  /** Until something comes, or a comparison is due. */
  async #rest(signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const waitMs = this.#tails.waiting > 0 ? 0 : this.#compareAtMs - performance.now();
    const either = AbortSignal.any([signal, woken.signal]);
    await sleep(Math.max(0, waitMs), undefined, { signal: either }).catch(() => undefined);
    await sleep(this.#timing.lingerMs, undefined, { signal }).catch(() => undefined);
  }
}
