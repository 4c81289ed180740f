import { toHex } from '../../facts/core/bytes.ts';
import { EMPTY_HASH } from '../../facts/crypto/hash.ts';
import type { SinkFact, SinkStanding } from '../../ports/fact-sink.ts';
import type { Accepted } from '../../sdk/typescript/reader.ts';
import type { FactLedger } from '../../sdk/typescript/shard-set.ts';
import { hashBehind, sinkFactOf } from './sink-fact.ts';

const HASH_BYTES = 32;
const FIRST_CAPACITY = 16;

/** Of a shard of which there is nothing. */
export const NOTHING: SinkStanding = { position: 0, hash: '', voids: 0 };

export interface LedgerListener {
  /** They follow on what was told of the shard before. */
  appended(fact: SinkFact): void;
  /** The reader has taken facts of the shard back, or knows that some are void. */
  forgotten(shard: number): void;
}

/**
 * What the reader has accepted, as far as it takes to compare a sink with it: a running hash for
 * each position, 32 bytes a fact. The facts themselves are in the reader's journal.
 */
export class Ledger implements FactLedger {
  readonly #shards = new Map<number, ShardLedger>();
  readonly #listeners: LedgerListener[] = [];

  listen(listener: LedgerListener): void {
    this.#listeners.push(listener);
  }

  append(accepted: readonly Accepted[]): void {
    for (const one of accepted) {
      const hash = this.#of(one.shard).append(one);
      for (const listener of this.#listeners) listener.appended(sinkFactOf(one, hash));
    }
  }

  forget(shard: number): void {
    this.#shards.delete(shard);
    for (const listener of this.#listeners) listener.forgotten(shard);
  }

  /** The last accepted one; 0: none. */
  position(shard: number): number {
    return this.#shards.get(shard)?.position ?? 0;
  }

  /** What a sink that stands there must hold; undefined: the reader has not come so far. */
  standing(shard: number, position: number): SinkStanding | undefined {
    return position === 0 ? NOTHING : this.#shards.get(shard)?.standing(position);
  }

  #of(shard: number): ShardLedger {
    const found = this.#shards.get(shard) ?? new ShardLedger();
    this.#shards.set(shard, found);
    return found;
  }
}

class ShardLedger {
  position = 0;
  #last: Uint8Array = EMPTY_HASH;
  #hashes = Buffer.alloc(FIRST_CAPACITY * HASH_BYTES);
  readonly #voids: number[] = [];

  append(accepted: Accepted): Uint8Array {
    this.#last = hashBehind(this.#last, accepted);
    const at = this.position * HASH_BYTES;
    if (at === this.#hashes.length) this.#hashes = Buffer.concat([this.#hashes, Buffer.alloc(at)]);
    this.#hashes.set(this.#last, at);
    this.position += 1;
    if (accepted.isVoid) this.#voids.push(this.position);
    return this.#last;
  }

  standing(position: number): SinkStanding | undefined {
    if (position > this.position) return undefined;
    const end = position * HASH_BYTES;
    const hash = toHex(this.#hashes.subarray(end - HASH_BYTES, end));
    return { position, hash, voids: this.#voids.filter((one) => one <= position).length };
  }
}
