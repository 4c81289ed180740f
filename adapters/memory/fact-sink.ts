import type { FactSink, SinkFact, SinkStanding } from '../../ports/fact-sink.ts';

/** For tests: a sink that keeps facts by shard and position, and says what it was told. */
export class MemoryFactSink implements FactSink {
  readonly name = 'memory';
  readonly shards = new Map<number, Map<number, SinkFact>>();

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  standing(): Promise<ReadonlyMap<number, SinkStanding>> {
    const found = [...this.shards].map(([shard, facts]) => [shard, standingIn(facts)] as const);
    return Promise.resolve(new Map(found.filter(([, { position }]) => position > 0)));
  }

  append(facts: readonly SinkFact[]): Promise<void> {
    for (const one of facts) {
      const shard = this.shards.get(one.shard) ?? new Map<number, SinkFact>();
      this.shards.set(one.shard, shard.set(one.position, one));
    }
    return Promise.resolve();
  }

  replace(shard: number, facts: readonly SinkFact[]): Promise<void> {
    this.shards.delete(shard);
    return this.append(facts);
  }

  probe(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function standingIn(facts: ReadonlyMap<number, SinkFact>): SinkStanding {
  let [position, hash, voids] = [0, '', 0];
  for (let next = facts.get(1); next !== undefined; next = facts.get(position + 1)) {
    position = next.position;
    hash = next.hash;
    if (next.isVoid) voids += 1;
  }
  return { position, hash, voids };
}
