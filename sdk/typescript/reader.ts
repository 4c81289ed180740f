import { checkBody } from '../../facts/core/bodies.ts';
import { toBase64Url, toHex } from '../../facts/core/bytes.ts';
import { EMPTY_HEAD, checkNext } from '../../facts/core/chain.ts';
import type { ChainHead } from '../../facts/core/chain.ts';
import { FactError } from '../../facts/core/errors.ts';
import { parseLine } from '../../facts/core/line.ts';
import type { Line } from '../../facts/core/line.ts';
import type { Fact } from '../../facts/core/types.ts';
import { openEnvelope } from '../../facts/crypto/open.ts';
import type { OpenedFact } from '../../facts/crypto/open.ts';
import { shardName, shardOf } from '../../facts/crypto/shard.ts';
import { checkFactKey, isVoid } from '../../facts/log/fact-keys.ts';
import type { FactKey, FindFactKey } from '../../facts/log/fact-keys.ts';
import type { Head } from '../../facts/log/heads.ts';
import { ShardChain } from './shard-chain.ts';
import type { Verdict } from './shard-chain.ts';
import type { AppliedFact, Origin, Refusal, ShardHead } from './types.ts';

/** Lines held for a gap, or for keys; more are dropped, since HTTP serves them anyway. */
export const MAX_HELD_LINES = 512;

/** `leaf`: the fact's leaf hash, base64url. `isVoid`: chained, and not to be folded. */
export type Accepted = AppliedFact & { line: string; leaf: string; isVoid: boolean };

/** What one step of a reader did. */
export type Step = {
  accepted: Accepted[];
  refused: Refusal[];
  duplicates: number;
  /** The shard is to be fetched over HTTP: after a heartbeat only when it is still behind later. */
  fetch: boolean;
  /** The newest heartbeat was reached, and nothing that is void is folded. */
  reached: boolean;
};

/** What a snapshot says of a shard: where it stands, and the heads of its tenants. */
export type ShardBase = {
  /** Size of the log that the snapshot is of, and its epoch. */
  size: number;
  epoch: number;
  head: Head;
  tenants: Iterable<readonly [tenant: string, head: ChainHead]>;
};

export type ReaderTrust = { log: string; findKey: FindFactKey };

const emptyStep = (): Step => ({
  accepted: [],
  refused: [],
  duplicates: 0,
  fetch: false,
  reached: false,
});

/**
 * One shard's state machine (facts-v1, "The reader"): lines and heads of heartbeats in, verified
 * facts out, in order of position. No I/O and no clock; equal to a replay of the shard at every
 * interleaving (DESIGN 4.6).
 */
export class ShardReader {
  readonly shard: number;
  readonly #trust: ReaderTrust;
  readonly #held = new Map<number, { text: string; line: Line }>();
  #tenants = new Map<string, ChainHead>();
  #chain = new ShardChain();
  #index = -1;
  #epoch = 0;
  #inDoubt = false;
  /** Facts that are void are folded: no heartbeat says otherwise, only reading anew does. */
  #isMisfolded = false;
  /** The same, and the disk may tell: until then no heartbeat speaks of what is here. */
  #isFoldDue = false;
  /** Size of the log that the snapshot below is of; 0 when all lines are here. */
  #baseSize = 0;

  constructor(shard: number, trust: ReaderTrust) {
    this.shard = shard;
    this.#trust = trust;
  }

  head(): ShardHead {
    return {
      position: this.#chain.position,
      index: this.#index,
      hash: toHex(this.#chain.hash),
      covered: this.#chain.covered.count,
    };
  }

  /** Heads of the tenants seen in this shard. */
  tenants(): ReadonlyMap<string, ChainHead> {
    return this.#tenants;
  }

  /** The shard is to be read anew ({@link anew}); lines that come meanwhile go on. */
  get inDoubt(): boolean {
    return this.#inDoubt || this.#isMisfolded;
  }

  /** Size of the log that the snapshot is of on which this rests; 0: on none. */
  get baseSize(): number {
    return this.#baseSize;
  }

  /** The newest heartbeat counts more lines than are here. */
  get isBehind(): boolean {
    return this.#chain.isBehind;
  }

  /** Lines that the newest heartbeat counts further. */
  get missing(): number {
    return this.#chain.missing;
  }

  /** Lines of a stream message. A bad one asks for HTTP: it must not wedge the shard. */
  live(texts: readonly string[]): Step {
    const step = emptyStep();
    for (const text of texts) {
      const line = this.#parse(text, 'live', step);
      if (line === undefined) step.fetch = true;
      else if (line.position <= this.#chain.position) step.duplicates += 1;
      else if (line.position === this.#chain.position + 1) {
        if (!this.#accept(text, line, 'live', step)) step.fetch = true;
      } else {
        this.#hold(text, line);
        step.fetch = true;
      }
    }
    this.#releaseHeld(step);
    return step;
  }

  /** Keeps live lines until {@link live} is called again: keys are missing to judge them. */
  hold(texts: readonly string[]): Step {
    const step = emptyStep();
    for (const text of texts) {
      const line = this.#parse(text, 'live', step);
      if (line === undefined) step.fetch = true;
      else if (line.position <= this.#chain.position) step.duplicates += 1;
      else this.#hold(text, line);
    }
    return step;
  }

  /**
   * Lines of `GET /v1/facts` or of the journal; the first refused one ends the step, and puts the
   * shard in doubt when HTTP served it: it was served, so it may be that what is here is wrong.
   */
  fetched(texts: readonly string[], origin: 'http' | 'disk'): Step {
    const step = emptyStep();
    for (const text of texts) {
      const line = this.#parse(text, origin, step);
      if (line !== undefined && line.position <= this.#chain.position) step.duplicates += 1;
      else if (line === undefined || !this.#accept(text, line, origin, step)) {
        if (origin === 'http') this.#inDoubt = true;
        return step;
      }
    }
    this.#releaseHeld(step);
    return step;
  }

  /** The shard's head in a heartbeat that was taken. */
  heartbeat(head: Head): Step {
    const step = emptyStep();
    const verdict = this.#chain.heartbeat(head);
    this.#judge(verdict, step);
    if (verdict !== 'fork' && this.#chain.findUncovered()) {
      this.#inDoubt = true;
      this.#refuse(new FactError('fact-uncovered', `above ${head.count}`), 'heartbeat', step);
    }
    return step;
  }

  /** A snapshot is worth taking: it is ahead, or ends the doubt and keeps what is covered. */
  wants({ count }: Head): boolean {
    const { position, covered } = this.#chain;
    return count > position || (this.inDoubt && count >= covered.count);
  }

  /** Goes on from a snapshot in place of all that is here. */
  rest({ size, epoch, head, tenants }: ShardBase): Step {
    const { newest } = this.#chain;
    this.#tenants = new Map(tenants);
    this.#chain.rest(head);
    this.#index = size - 1;
    this.#baseSize = size;
    this.#epoch = epoch;
    this.#endDoubt();
    const step = emptyStep();
    if (newest !== undefined) this.#judge(this.#chain.expect(newest), step);
    this.#releaseHeld(step);
    return step;
  }

  /** A reader of nothing yet, which is to reach what heartbeats have covered here. */
  anew(): ShardReader {
    const { covered, confirmed, isConfirmed } = this.#chain;
    const fresh = new ShardReader(this.shard, this.#trust);
    fresh.#chain.expect(isConfirmed ? covered : confirmed);
    return fresh;
  }

  /**
   * Has what heartbeats have covered in the other by now, and the same. A snapshot that none has
   * agreed to yet binds nobody who agrees with the newest: then the log key signed what is not so.
   */
  reaches(other: ShardReader): boolean {
    const { covered, confirmed, isConfirmed, newest } = other.#chain;
    const isAgreed = newest !== undefined && this.#chain.holds(newest);
    if (isConfirmed || this.#baseSize > 0 || this.#chain.holds(covered)) {
      return this.#chain.expect(covered) === 'reached';
    }
    return this.#chain.expect(confirmed) === 'reached' && isAgreed;
  }

  /** The other one rests on a snapshot of another history than what is here. */
  denies(other: ShardReader): boolean {
    const { base, isConfirmed } = other.#chain;
    return !isConfirmed && !this.#chain.holds(base);
  }

  /** Takes over a reader that {@link anew} made, and compares it with the newest heartbeat. */
  adopt(fresh: ShardReader): Step {
    const { newest } = this.#chain;
    this.#tenants = fresh.#tenants;
    this.#chain = fresh.#chain;
    this.#index = fresh.#index;
    this.#baseSize = fresh.#baseSize;
    this.#epoch = fresh.#epoch;
    this.#endDoubt();
    const step = emptyStep();
    if (newest !== undefined) this.#judge(this.#chain.expect(newest), step);
    return step;
  }

  /** A restored backup wrote the log anew from this index on. */
  beginEpoch(first: number): void {
    this.#chain.forgetHeartbeats();
    if (this.#index < first) return;
    this.#chain.uncover();
    this.#inDoubt = true;
  }

  /** More is void, and is to be folded no longer: until that is so, nothing is reached. */
  awaitFold(): void {
    this.#isFoldDue = true;
  }

  /** Reading from the journal without what is void went wrong: HTTP has to tell. */
  misfold(): void {
    this.#isMisfolded = true;
  }

  #endDoubt(): void {
    this.#inDoubt = false;
    this.#isMisfolded = false;
    this.#isFoldDue = false;
  }

  #hold(text: string, line: Line): void {
    if (this.#held.size < MAX_HELD_LINES) this.#held.set(line.position, { text, line });
  }

  #releaseHeld(step: Step): void {
    for (const position of this.#held.keys()) {
      if (position <= this.#chain.position) this.#held.delete(position);
    }
    for (;;) {
      const held = this.#held.get(this.#chain.position + 1);
      if (held === undefined) return;
      this.#held.delete(this.#chain.position + 1);
      if (!this.#accept(held.text, held.line, 'live', step)) {
        step.fetch = true;
        return;
      }
    }
  }

  #parse(text: string, origin: Origin, step: Step): Line | undefined {
    try {
      return parseLine(text);
    } catch (error) {
      this.#refuse(error, origin, step);
      return undefined;
    }
  }

  #accept(text: string, line: Line, origin: Origin, step: Step): boolean {
    try {
      const opened = openEnvelope(line.envelope, (keyId) => this.#trust.findKey(keyId)?.verify);
      const key = this.#trust.findKey(opened.keyId) as FactKey;
      this.#checkPlace(opened.fact, line, key, origin);
      checkBody(opened.fact.kind, opened.fact.body, opened.fact.op);
      this.#append(text, line, opened, isVoid(key, line.index), step);
      return true;
    } catch (error) {
      this.#refuse(error, origin, step);
      return false;
    }
  }

  /** In the order of the specification: log, shard, position, index, key, epoch, seq, prev. */
  #checkPlace(fact: Fact, { position, index }: Line, key: FactKey, origin: Origin): void {
    if (fact.log !== this.#trust.log) throw new FactError('log-mismatch', fact.log);
    if (shardOf(fact.tenant) !== this.shard) throw new FactError('shard-mismatch', fact.tenant);
    if (position !== this.#chain.position + 1) {
      throw new FactError('position-gap', `${position} after ${this.#chain.position}`);
    }
    if (index <= this.#index) throw new FactError('index-replay', `${index} <= ${this.#index}`);
    checkFactKey(key, index, origin === 'live');
    if (fact.epoch < this.#epoch) throw new FactError('epoch-mismatch', String(fact.epoch));
    checkNext(fact, this.#tenants.get(fact.tenant) ?? EMPTY_HEAD);
  }

  #append(text: string, line: Line, opened: OpenedFact, voided: boolean, step: Step): void {
    const { fact } = opened;
    const { position, index } = line;
    const leaf = toBase64Url(opened.leaf);
    this.#tenants.set(fact.tenant, { seq: fact.seq, hash: leaf });
    this.#index = index;
    this.#epoch = fact.epoch;
    step.accepted.push({
      shard: this.shard,
      position,
      index,
      fact,
      line: text,
      leaf,
      isVoid: voided,
    });
    this.#judge(this.#chain.append(opened.leaf), step);
  }

  #judge(verdict: Verdict | undefined, step: Step): void {
    if (verdict === 'behind') step.fetch = true;
    if (verdict === 'reached') {
      step.reached = !(this.#isMisfolded || this.#isFoldDue);
      if (this.#chain.covered.count === this.#chain.position) this.#inDoubt = false;
    }
    if (verdict === 'fork') {
      this.#inDoubt = true;
      const where = `another hash in shard ${shardName(this.shard)}`;
      this.#refuse(new FactError('shard-fork', where), 'heartbeat', step);
    }
  }

  #refuse(error: unknown, origin: Refusal['origin'], step: Step): void {
    if (!(error instanceof FactError)) throw error;
    step.refused.push({ shard: this.shard, origin, code: error.code, message: error.message });
  }
}
