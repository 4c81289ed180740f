import type { Fact } from '../facts/core/types.ts';
import type { FactErrorCode } from '../facts/core/errors.ts';
import { Index } from '../sdk/typescript/decision-index.ts';
import type { IndexedFact } from '../sdk/typescript/decision-index.ts';
import { Events } from '../sdk/typescript/events.ts';
import { HeartbeatGate } from '../sdk/typescript/heartbeat-gate.ts';
import type { LineJournal } from '../sdk/typescript/journal.ts';
import { KeyChain } from '../sdk/typescript/key-chain.ts';
import { ShardSet } from '../sdk/typescript/shard-set.ts';
import { keyOf } from './fold.ts';

/** What holds: by subject, in the words of {@link keyOf}, the body that was asserted last. */
export type StatedFacts = ReadonlyMap<string, string>;

/** An index that also says what it was told, as the shards tell it. */
class StatedIndex extends Index {
  readonly #tenants = new Map<string, Map<string, string>>();

  override apply(fact: IndexedFact): void {
    super.apply(fact);
    const stated = this.#tenants.get(fact.tenant) ?? new Map<string, string>();
    this.#tenants.set(fact.tenant, stated);
    if (fact.op === 'assert') stated.set(keyOf(fact as Fact), JSON.stringify(fact.body));
    else stated.delete(keyOf(fact as Fact));
  }

  override forget(tenant: string): void {
    super.forget(tenant);
    this.#tenants.delete(tenant);
  }

  stated(): StatedFacts {
    return new Map([...this.#tenants.values()].flatMap((stated) => [...stated]));
  }
}

/** As a disk that never fails. */
class MemoryJournal implements LineJournal {
  readonly #shards = new Map<number, string[]>();

  load() {
    return [];
  }

  append(shard: number, lines: readonly string[]): void {
    this.#shards.set(shard, [...(this.#shards.get(shard) ?? []), ...lines]);
  }

  replace(shard: number, lines: readonly string[]): void {
    this.#shards.set(shard, [...lines]);
  }

  fetch(shard: number, from: number): Promise<string[]> {
    return Promise.resolve(this.#shards.get(shard)?.slice(from - 1) ?? []);
  }
}

/** The TypeScript kit over a log in memory: shards, keys and heartbeats, no plane around. */
export class DrillReader {
  readonly #index = new StatedIndex();
  readonly #keys: KeyChain;
  readonly #gate: HeartbeatGate;
  readonly #shards: ShardSet;

  constructor(log: string, root: string, shards: readonly number[]) {
    this.#keys = new KeyChain(log, root);
    this.#gate = new HeartbeatGate(this.#keys);
    this.#shards = new ShardSet(shards, {
      trust: { log, findKey: (keyId) => this.#keys.find(keyId) },
      index: this.#index,
      journal: new MemoryJournal(),
      events: new Events(),
    });
  }

  /** Folds anew what the set voids. */
  async takeKeySet(note: Uint8Array): Promise<void> {
    const { voidFrom } = this.#keys.take(note);
    if (voidFrom !== undefined) await this.#shards.foldAnew(voidFrom, new AbortController().signal);
  }

  takeHeartbeat(note: Uint8Array): void {
    const heartbeat = this.#gate.take(note);
    if (heartbeat !== undefined) this.#shards.heartbeat(heartbeat.heads);
  }

  /** `fetched`: the history, over HTTP; `live`: what comes over the stream. */
  takeLines(shard: number, lines: readonly string[], how: 'fetched' | 'live'): void {
    const reader = this.#shards.readers.get(shard);
    if (reader === undefined) throw new Error(`shard ${shard} is not followed`);
    const step = how === 'live' ? reader.live(lines) : reader.fetched(lines, 'http');
    this.#shards.apply(reader, step);
  }

  stated(): StatedFacts {
    return this.#index.stated();
  }

  get refused(): Partial<Record<FactErrorCode, number>> {
    return this.#shards.stats().refused;
  }

  /** The newest heartbeat covers all lines that are here. */
  get isCovered(): boolean {
    const readers = [...this.#shards.readers.values()];
    return readers.every((reader) => reader.head().covered === reader.head().position);
  }
}
