import type { SinkFact } from '../../ports/fact-sink.ts';

/** A shard in which a sink is in step: the last position it has taken, and what follows on that. */
type Tail = { given: number; waiting: SinkFact[] };

/** Facts of several shards on their way, and what to do when the sink has taken them. */
export type Batch = { readonly facts: readonly SinkFact[]; taken(): void };

/** What waits for one sink. Shards without a tail are to be compared with the sink first. */
export class Tails {
  readonly #tails = new Map<number, Tail>();
  #waiting = 0;

  /** Facts that wait, of all shards. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The last position that the sink has taken; undefined: not in step. */
  given(shard: number): number | undefined {
    return this.#tails.get(shard)?.given;
  }

  /**
   * Facts that come from now on wait. Those before them can be put in front later; that does
   * nothing, and answers false, when the tail was dropped meanwhile.
   */
  open(shard: number, given: number): (before: readonly SinkFact[]) => boolean {
    this.drop(shard);
    const tail: Tail = { given, waiting: [] };
    this.#tails.set(shard, tail);
    return (before) => {
      if (this.#tails.get(shard) !== tail) return false;
      tail.waiting = [...before, ...tail.waiting];
      this.#waiting += before.length;
      return true;
    };
  }

  drop(shard: number): void {
    this.#waiting -= this.#tails.get(shard)?.waiting.length ?? 0;
    this.#tails.delete(shard);
  }

  dropAll(): void {
    this.#tails.clear();
    this.#waiting = 0;
  }

  /** False when the shard is not in step. */
  push(fact: SinkFact): boolean {
    const tail = this.#tails.get(fact.shard);
    if (tail === undefined) return false;
    tail.waiting.push(fact);
    this.#waiting += 1;
    return true;
  }

  /** The next facts to write; undefined: none wait. */
  next(most: number): Batch | undefined {
    const parts: { shard: number; tail: Tail; facts: SinkFact[] }[] = [];
    let room = most;
    for (const [shard, tail] of this.#tails) {
      if (room === 0) break;
      const facts = tail.waiting.slice(0, room);
      if (facts.length > 0) parts.push({ shard, tail, facts });
      room -= facts.length;
    }
    if (parts.length === 0) return undefined;
    const taken = (): void => {
      for (const { shard, tail, facts } of parts) {
        if (this.#tails.get(shard) !== tail) continue;
        tail.waiting.splice(0, facts.length);
        tail.given += facts.length;
        this.#waiting -= facts.length;
      }
    };
    return { facts: parts.flatMap(({ facts }) => facts), taken };
  }
}
