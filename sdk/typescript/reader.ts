import { checkBody } from '../../facts/core/bodies.ts';
import { toBase64Url, toHex } from '../../facts/core/bytes.ts';
import { EMPTY_HEAD, checkNext } from '../../facts/core/chain.ts';
import type { ChainHead } from '../../facts/core/chain.ts';
import { FactError } from '../../facts/core/errors.ts';
import { parseLine } from '../../facts/core/line.ts';
import type { Line } from '../../facts/core/line.ts';
import type { Fact } from '../../facts/core/types.ts';
import { EMPTY_HASH, runningHash } from '../../facts/crypto/hash.ts';
import { openEnvelope } from '../../facts/crypto/open.ts';
import type { FindVerifier } from '../../facts/crypto/open.ts';
import { shardOf } from '../../facts/crypto/shard.ts';
import type { AppliedFact, LineOrigin, Refusal, ShardHead } from './types.ts';

/** Live lines held for a gap to close; more are dropped, since HTTP serves them anyway. */
export const MAX_HELD_LINES = 512;

/** `leaf`: the fact's leaf hash, base64url. */
export type Accepted = AppliedFact & { line: string; leaf: string };

/** What one step of a reader did, and whether it wants the shard fetched over HTTP now. */
export type Step = {
  accepted: Accepted[];
  refused: Refusal[];
  duplicates: number;
  fetch: boolean;
};

export type ReaderTrust = { log: string; findVerifier: FindVerifier };

const emptyStep = (): Step => ({ accepted: [], refused: [], duplicates: 0, fetch: false });

/**
 * One shard's state machine: lines in, verified facts out, in order of position. No I/O and no
 * clock; equal to a replay of the shard at every interleaving (DESIGN 4.6).
 */
export class ShardReader {
  readonly shard: number;
  readonly #trust: ReaderTrust;
  #tenants = new Map<string, ChainHead>();
  readonly #held = new Map<number, { text: string; line: Line }>();
  #position = 0;
  #index = -1;
  #epoch = 0;
  #hash = EMPTY_HASH;
  #tookLive = false;

  constructor(shard: number, trust: ReaderTrust) {
    this.shard = shard;
    this.#trust = trust;
  }

  head(): ShardHead {
    return { position: this.#position, index: this.#index, hash: toHex(this.#hash) };
  }

  /** Heads of the tenants seen in this shard. */
  tenants(): ReadonlyMap<string, ChainHead> {
    return this.#tenants;
  }

  /**
   * True when facts came over the stream since the last {@link settle}: their positions are not
   * signed, so their order is worth doubting when HTTP then does not fit.
   */
  get tookLive(): boolean {
    return this.#tookLive;
  }

  settle(): void {
    this.#tookLive = false;
  }

  /** Takes over the state of another reader of the same shard. */
  adopt(other: ShardReader): void {
    this.#tenants = other.#tenants;
    this.#position = other.#position;
    this.#index = other.#index;
    this.#epoch = other.#epoch;
    this.#hash = other.#hash;
  }

  /** Lines of a stream message. A bad one asks for HTTP: it must not wedge the shard. */
  live(texts: readonly string[]): Step {
    const step = emptyStep();
    for (const text of texts) {
      const line = this.#parse(text, 'live', step);
      if (line === undefined) step.fetch = true;
      else if (line.position <= this.#position) step.duplicates += 1;
      else if (line.position === this.#position + 1) {
        if (!this.#accept(text, line, 'live', step)) step.fetch = true;
      } else {
        if (this.#held.size < MAX_HELD_LINES) this.#held.set(line.position, { text, line });
        step.fetch = true;
      }
    }
    this.#releaseHeld(step);
    return step;
  }

  /** Lines of `GET /v1/facts` or of the journal; the first refused one ends the step. */
  fetched(texts: readonly string[], origin: 'http' | 'disk'): Step {
    const step = emptyStep();
    for (const text of texts) {
      const line = this.#parse(text, origin, step);
      if (line === undefined) return step;
      if (line.position <= this.#position) step.duplicates += 1;
      else if (!this.#accept(text, line, origin, step)) return step;
    }
    this.#releaseHeld(step);
    return step;
  }

  #releaseHeld(step: Step): void {
    for (const position of this.#held.keys()) {
      if (position <= this.#position) this.#held.delete(position);
    }
    for (;;) {
      const held = this.#held.get(this.#position + 1);
      if (held === undefined) return;
      this.#held.delete(this.#position + 1);
      if (!this.#accept(held.text, held.line, 'live', step)) {
        step.fetch = true;
        return;
      }
    }
  }

  #parse(text: string, origin: LineOrigin, step: Step): Line | undefined {
    try {
      return parseLine(text);
    } catch (error) {
      this.#refuse(error, origin, step);
      return undefined;
    }
  }

  #accept(text: string, line: Line, origin: LineOrigin, step: Step): boolean {
    try {
      const { fact, leaf } = openEnvelope(line.envelope, this.#trust.findVerifier);
      this.#checkPlace(fact, line);
      checkBody(fact.kind, fact.body, fact.op);
      const hash = toBase64Url(leaf);
      this.#tenants.set(fact.tenant, { seq: fact.seq, hash });
      this.#position = line.position;
      this.#index = line.index;
      this.#epoch = fact.epoch;
      this.#hash = runningHash(this.#hash, leaf);
      if (origin === 'live') this.#tookLive = true;
      const { position, index } = line;
      step.accepted.push({ shard: this.shard, position, index, fact, line: text, leaf: hash });
      return true;
    } catch (error) {
      this.#refuse(error, origin, step);
      return false;
    }
  }

  /** In the order of the specification: log, shard, position, index, epoch, seq, prev. */
  #checkPlace(fact: Fact, { position, index }: Line): void {
    if (fact.log !== this.#trust.log) throw new FactError('log-mismatch', fact.log);
    if (shardOf(fact.tenant) !== this.shard) throw new FactError('shard-mismatch', fact.tenant);
    if (position !== this.#position + 1) {
      throw new FactError('position-gap', `${position} after ${this.#position}`);
    }
    if (index <= this.#index) throw new FactError('index-replay', `${index} <= ${this.#index}`);
    if (fact.epoch < this.#epoch) throw new FactError('epoch-mismatch', String(fact.epoch));
    checkNext(fact, this.#tenants.get(fact.tenant) ?? EMPTY_HEAD);
  }

  #refuse(error: unknown, origin: LineOrigin, step: Step): void {
    if (!(error instanceof FactError)) throw error;
    step.refused.push({ shard: this.shard, origin, code: error.code, message: error.message });
  }
}
