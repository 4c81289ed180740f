import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import type { Index } from './decision-index.ts';
import type { Events } from './events.ts';
import type { FactSource } from './fact-source.ts';
import type { Journal } from './journal.ts';
import { ShardReader } from './reader.ts';
import type { Accepted, ReaderTrust, Step } from './reader.ts';
import { rereadShard } from './reread.ts';
import type { PlaneStats } from './types.ts';

/** Signatures of the journal between two turns of the event loop. */
const LINES_PER_TURN = 64;

type Parts = { trust: ReaderTrust; index: Index; journal: Journal; events: Events };

/** All followed shards: their readers, and what an accepted fact does: index, disk, event. */
export class ShardSet {
  readonly readers: ReadonlyMap<number, ShardReader>;
  readonly #parts: Parts;
  readonly #refused: Partial<Record<FactErrorCode, number>> = {};
  #applied = 0;
  #duplicates = 0;

  constructor(shards: readonly number[], parts: Parts) {
    this.#parts = parts;
    this.readers = new Map(shards.map((shard) => [shard, new ShardReader(shard, parts.trust)]));
  }

  /** Verifies what the disk holds; what follows a line that is refused is fetched again. */
  async load(): Promise<void> {
    for (const { shard, lines } of this.#parts.journal.load()) {
      const reader = this.readers.get(shard);
      if (reader === undefined) continue;
      for (let at = 0; at < lines.length; at += LINES_PER_TURN) {
        const step = reader.fetched(lines.slice(at, at + LINES_PER_TURN), 'disk');
        for (const { fact } of step.accepted) this.#parts.index.apply(fact);
        this.#count(step);
        if (step.refused.length > 0) {
          this.#parts.journal.replace(shard, lines.slice(0, reader.head().position));
          break;
        }
        await nextTurn();
      }
    }
  }

  apply(reader: ShardReader, step: Step): void {
    for (const { fact } of step.accepted) this.#parts.index.apply(fact);
    this.#count(step);
    this.#persist(() => {
      this.#parts.journal.append(
        reader.shard,
        step.accepted.map(({ line }) => line),
      );
    });
    for (const { shard, position, index, fact } of step.accepted) {
      this.#parts.events.emit('applied', { shard, position, index, fact });
    }
    for (const refusal of step.refused) this.#parts.events.emit('refused', refusal);
  }

  /** True when the shard, read anew over HTTP, holds all that its reader had verified. */
  async reread(reader: ShardReader, source: FactSource, signal: AbortSignal): Promise<boolean> {
    if (!reader.tookLive) return false;
    reader.settle();
    const reread = await rereadShard(reader, this.#parts.trust, source, signal);
    if (reread === undefined) return false;
    this.#replace(reader, reread.fresh, reread.accepted);
    return true;
  }

  stats(): PlaneStats {
    const heads: PlaneStats['heads'] = {};
    for (const [shard, reader] of this.readers) {
      const head = reader.head();
      if (head.position > 0) heads[shardName(shard)] = head;
    }
    const { ...refused } = this.#refused;
    return { applied: this.#applied, duplicates: this.#duplicates, refused, heads };
  }

  /** In one turn: no decision sees the shard half there. */
  #replace(reader: ShardReader, fresh: ShardReader, accepted: readonly Accepted[]): void {
    const { index, journal, events } = this.#parts;
    const before = new Map(reader.tenants());
    for (const tenant of before.keys()) index.forget(tenant);
    for (const { fact } of accepted) index.apply(fact);
    reader.adopt(fresh);
    this.#persist(() => {
      journal.replace(
        reader.shard,
        accepted.map(({ line }) => line),
      );
    });
    for (const { shard, position, index: logIndex, fact } of accepted) {
      if (fact.seq <= (before.get(fact.tenant)?.seq ?? 0)) continue;
      this.#applied += 1;
      events.emit('applied', { shard, position, index: logIndex, fact });
    }
  }

  #persist(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#parts.events.emit('journal', error);
    }
  }

  #count({ accepted, refused, duplicates }: Step): void {
    this.#applied += accepted.length;
    this.#duplicates += duplicates;
    for (const { code } of refused) this.#refused[code] = (this.#refused[code] ?? 0) + 1;
  }
}
