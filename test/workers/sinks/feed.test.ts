import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MemoryFactSink } from '../../../adapters/memory/fact-sink.ts';
import type { SinkFact } from '../../../ports/fact-sink.ts';
import { ShardReader } from '../../../sdk/typescript/reader.ts';
import type { Accepted } from '../../../sdk/typescript/reader.ts';
import { SinkFeed } from '../../../workers/sinks/feed.ts';
import { Ledger } from '../../../workers/sinks/ledger.ts';
import { sinkFactsOf } from '../../../workers/sinks/sink-fact.ts';
import { KEYS, LOG, openKeys } from '../../sdk/support/fact-writer.ts';
import { SHARD } from '../../sdk/support/tenants.ts';
import { eventually } from '../../support/eventually.ts';
import { chainOf, linesOf } from './sink-facts.ts';

const TIMING = { compareMs: 30, lingerMs: 0, firstRetryMs: 1, lastRetryMs: 5 };
const NEVER_COMPARED = { ...TIMING, compareMs: 2 ** 30 };

/** A sink whose calls fail on demand: before they take effect, or with their answer lost. */
class FaultySink extends MemoryFactSink {
  lost = 0;
  repliesLost = 0;
  comparisons = 0;

  override standing(): ReturnType<MemoryFactSink['standing']> {
    this.comparisons += 1;
    return super.standing();
  }

  override append(facts: readonly SinkFact[]): Promise<void> {
    return this.#suffer(() => super.append(facts));
  }

  override replace(shard: number, facts: readonly SinkFact[]): Promise<void> {
    return this.#suffer(() => super.replace(shard, facts));
  }

  async #suffer(call: () => Promise<void>): Promise<void> {
    if (this.lost > 0) {
      this.lost -= 1;
      throw new Error('not there');
    }
    await call();
    if (this.repliesLost === 0) return;
    this.repliesLost -= 1;
    throw new Error('no answer');
  }
}

/** A reader as the feed sees it. */
class Source {
  readonly ledger = new Ledger();
  fresh = true;
  /** Of the disk: fewer than were accepted. */
  unread = 0;
  accepted: Accepted[] = [];

  isFresh(): boolean {
    return this.fresh;
  }

  read(shard: number): Promise<readonly SinkFact[]> {
    const facts = sinkFactsOf(this.accepted.filter((one) => one.shard === shard));
    return Promise.resolve(facts.slice(0, facts.length - this.unread));
  }

  accept(lines: readonly string[]): void {
    const fresh = verified([...this.accepted.map(({ line }) => line), ...lines]);
    const added = fresh.slice(this.accepted.length);
    this.accepted = fresh;
    this.ledger.append(added);
  }

  replace(lines: readonly string[], voidFrom = Infinity): void {
    this.accepted = verified(lines).map((one) => ({ ...one, isVoid: one.position >= voidFrom }));
    this.ledger.forget(SHARD);
    this.ledger.append(this.accepted);
  }
}

const verified = (lines: readonly string[]): Accepted[] =>
  new ShardReader(SHARD, { log: LOG, findKey: openKeys(KEYS) }).live(lines).accepted;

const lines = linesOf(6);
const fork = linesOf(6, { sub: 'john' });

let sink: FaultySink;
let source: Source;
let stop: AbortController;
let running: Promise<void>;
let reported: string[];

beforeEach(() => {
  sink = new FaultySink();
  source = new Source();
  stop = new AbortController();
  reported = [];
});
afterEach(async () => {
  stop.abort();
  await running;
});

const feed = (timing = TIMING): void => {
  const report = (_: string, cause: unknown) => void reported.push((cause as Error).message);
  running = new SinkFeed(sink, source, report, timing).run(stop.signal);
};
const held = (): SinkFact[] => [...(sink.shards.get(SHARD)?.values() ?? [])];
const inStep = () =>
  eventually(async () => expect(held()).toEqual(sinkFactsOf(source.accepted)), { everyMs: 2 });

test('fills an empty sink, and hands on what comes', async () => {
  source.accept(lines.slice(0, 3));
  feed();
  await inStep();
  source.accept(lines.slice(3));
  await inStep();
  expect(reported).toEqual([]);
});

test('a sink that has a part is filled from there on, and nothing is written twice', async () => {
  source.accept(lines);
  await sink.append((await source.read(SHARD)).slice(0, 4));
  const before = held();
  feed(NEVER_COMPARED);
  await inStep();
  for (const [at, one] of before.entries()) expect(held()[at]).toBe(one);
});

test('what comes while a sink is filled follows in order', async () => {
  source.accept(lines.slice(0, 3));
  const read = (shard: number) => Source.prototype.read.call(source, shard);
  source.read = async (shard) => {
    const facts = await read(shard);
    source.accept(lines.slice(3));
    return facts;
  };
  feed(NEVER_COMPARED);
  await inStep();
});

test('lost writes, and writes whose answer is lost, leave every fact there once', async () => {
  feed(NEVER_COMPARED);
  for (const [at, line] of lines.entries()) {
    if (at % 2 === 0) sink.lost = 2;
    else sink.repliesLost = 2;
    source.accept([line]);
    await inStep();
  }
  expect(new Set(reported)).toEqual(new Set(['not there', 'no answer']));
});

test('a sink that was wiped is filled again, though no write ever failed', async () => {
  source.accept(lines);
  feed();
  await inStep();
  sink.shards.clear();
  await inStep();
});

test('without comparing, a wiped sink stays empty: the test above can fail', async () => {
  source.accept(lines.slice(0, 5));
  feed(NEVER_COMPARED);
  await inStep();
  sink.shards.clear();
  source.accept(lines.slice(5));
  await eventually(() => expect(held()).toHaveLength(1));
  expect(held()[0]?.position).toBe(6);
});

test('a gap in the middle is filled', async () => {
  source.accept(lines);
  feed();
  await inStep();
  sink.shards.get(SHARD)?.delete(3);
  await eventually(() => expect(sink.shards.get(SHARD)?.size).toBe(6), { everyMs: 2 });
});

test.each([
  ['taken back and have others in their place', () => source.replace(fork)],
  ['taken back and have no successor', () => source.replace(lines.slice(0, 2))],
  ['void since a key set said so', () => source.replace(lines, 4)],
])('facts that are %s are replaced at once, also when answers are lost', async (_, change) => {
  source.accept(lines);
  feed(NEVER_COMPARED);
  await inStep();
  [sink.lost, sink.repliesLost] = [1, 1];
  change();
  await inStep();
});

test('a sink with another history is replaced', async () => {
  await sink.append(chainOf(4, { sub: 'john' }));
  source.accept(lines);
  feed();
  await inStep();
});

test('a sink that is ahead of its reader is left alone until the reader knows all', async () => {
  await sink.append(chainOf(6));
  source.accept(lines.slice(0, 2));
  source.fresh = false;
  feed();
  await eventually(() => sink.comparisons > 3);
  expect(held()).toHaveLength(6);
  source.fresh = true;
  await inStep();
  expect(held()).toHaveLength(2);
});

test('a reader that comes to where the sink stands goes on from there', async () => {
  await sink.append(chainOf(4));
  const before = held();
  source.accept(lines.slice(0, 1));
  feed(NEVER_COMPARED);
  await eventually(() => sink.comparisons > 0);
  source.accept(lines.slice(1));
  await inStep();
  for (const [at, one] of before.entries()) expect(held()[at]).toBe(one);
});

test('facts that the disk has lost are never left out: the feed waits and says so', async () => {
  source.accept(lines);
  source.unread = 1;
  feed();
  await eventually(() => expect(reported).not.toEqual([]));
  expect(reported[0]).toBe('the journal of shard 05 lacks facts that were accepted');
  source.unread = 0;
  await inStep();
});
