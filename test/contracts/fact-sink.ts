import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FactSink, SinkFact } from '../../ports/fact-sink.ts';
import { chainOf } from '../workers/sinks/sink-facts.ts';

export interface FactSinkSubject {
  readonly sink: FactSink;
  /** What an outsider sees in it, without the adapter, by shard and position. */
  rows(): Promise<readonly SinkRow[]>;
  /** Takes rows away, as a restore or a careless hand does. */
  lose(shard: number, positions: readonly number[]): Promise<void>;
  /** Everything gone, also what {@link FactSink.prepare} makes. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

export type SinkRow = Pick<SinkFact, 'shard' | 'position' | 'index' | 'hash' | 'isVoid'> & {
  readonly id: string;
};

/** What stands in a sink of facts that were given to it. */
export const rowsOf = (facts: readonly SinkFact[]): SinkRow[] =>
  facts.map(({ shard, position, index, hash, isVoid, fact }) => {
    return { shard, position, index, hash, isVoid, id: fact.id };
  });

const standingOf = (facts: readonly SinkFact[]) => {
  const last = facts.at(-1);
  if (last === undefined) return new Map();
  const voids = facts.filter(({ isVoid }) => isVoid).length;
  return new Map([[last.shard, { position: last.position, hash: last.hash, voids }]]);
};

/** Every adapter of the port runs this suite. */
export function factSinkContract(name: string, make: () => Promise<FactSinkSubject>): void {
  describe(`fact sink contract: ${name}`, () => {
    let subject: FactSinkSubject;
    let sink: FactSink;
    const facts = chainOf(6);
    const holds = async (expected: readonly SinkFact[]) => {
      expect(await subject.rows()).toEqual(rowsOf(expected));
      expect(await sink.standing()).toEqual(standingOf(expected));
    };
    beforeAll(async () => {
      subject = await make();
      ({ sink } = subject);
    });
    afterAll(() => subject?.close());
    beforeEach(async () => {
      await subject.wipe();
      await sink.prepare();
    });

    test('a new one stands nowhere, also when it is prepared again', async () => {
      await sink.prepare();
      await holds([]);
    });

    test('stands where the facts end that it was given', async () => {
      await sink.append(facts.slice(0, 4));
      await sink.append(facts.slice(4));
      await holds(facts);
    });

    test('a batch of many shards leaves each where its facts end', async () => {
      const other = chainOf(2, { shard: 200 });
      await sink.append([...facts, ...other]);
      expect(await sink.standing()).toEqual(new Map([...standingOf(facts), ...standingOf(other)]));
    });

    test('the same facts again are there once', async () => {
      await sink.append(facts);
      await sink.append(facts);
      await sink.append(facts.slice(2, 4));
      await holds(facts);
    });

    test('preparing again leaves what is there', async () => {
      await sink.append(facts);
      await sink.prepare();
      await holds(facts);
    });

    test('a lost tail shows, and is filled', async () => {
      await sink.append(facts);
      await subject.lose(facts[0]?.shard ?? 0, [5, 6]);
      await holds(facts.slice(0, 4));
      await sink.append(facts.slice(4));
      await holds(facts);
    });

    test('what was lost in the middle shows, and is filled', async () => {
      await sink.append(facts);
      await subject.lose(facts[0]?.shard ?? 0, [3]);
      expect(await sink.standing()).toEqual(standingOf(facts.slice(0, 2)));
      await sink.append(facts.slice(2));
      await holds(facts);
    });

    test('a wiped one stands nowhere, and is filled', async () => {
      await sink.append(facts);
      await subject.wipe();
      await sink.prepare();
      await holds([]);
      await sink.append(facts);
      await holds(facts);
    });

    test('a replaced shard holds the new facts alone, and goes on from there', async () => {
      const fork = chainOf(5, { sub: 'john' });
      await sink.append(facts);
      await sink.replace(facts[0]?.shard ?? 0, fork.slice(0, 3));
      await holds(fork.slice(0, 3));
      await sink.append(fork.slice(3));
      await holds(fork);
    });

    test('a shard is replaced again and again, longer and shorter, to nothing too', async () => {
      const shard = facts[0]?.shard ?? 0;
      const fork = chainOf(8, { sub: 'john' });
      await sink.append(facts);
      for (const next of [fork, facts, facts, [], fork.slice(0, 1), facts.slice(0, 2)]) {
        await sink.replace(shard, next);
        await holds(next);
      }
    });

    test('facts that became void are void when the shard was replaced', async () => {
      const voided = facts.map((one) => ({ ...one, isVoid: one.position > 4 }));
      await sink.append(facts);
      await sink.replace(facts[0]?.shard ?? 0, voided);
      await holds(voided);
    });
  });
}
