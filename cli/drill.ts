import type { Fact } from '../facts/core/types.ts';
import { CopiedLog } from './drill-copy.ts';
import { DrillReader } from './drill-reader.ts';
import type { StatedFacts } from './drill-reader.ts';
import { keyOf, newestFacts } from './fold.ts';

/** What came of it. */
export interface Rehearsed {
  /** Facts in the copy, before anything was asserted anew. */
  readonly copied: number;
  readonly voided: number;
  readonly tenants: number;
  readonly asserted: number;
  /** Subjects of which the reader held something else while the facts were void. */
  readonly changed: number;
  readonly refused: readonly string[];
  /** The reader holds what it held before, and a heartbeat has covered it. */
  readonly isWhole: boolean;
  /** Milliseconds of each part, in the order of the story. */
  readonly tookMs: Readonly<Record<Part, number>>;
}

type Part = 'sign' | 'follow' | 'void' | 'assert' | 'catchUp';

/** The statements that the registry makes again, of those that became void. */
type AssertAnew = (facts: readonly Fact[], voided: readonly Fact[]) => readonly Fact[];

/** The registry's state is what its facts say together, the void ones among them. */
export const assertAnew: AssertAnew = (facts, voided) => {
  const newest = newestFacts(facts);
  return [...newestFacts(voided).keys()].flatMap((key) => newest.get(key) ?? []);
};

/**
 * A compromise from its beginning to its end, on a copy: these facts under throw-away keys, a
 * reader that follows them, the newest `count` void, and asserted anew.
 */
export async function rehearse(
  log: string,
  facts: readonly Fact[],
  count: number,
  again: AssertAnew = assertAnew,
): Promise<Rehearsed> {
  const [took, tookMs] = stopwatch();
  const copy = new CopiedLog(log);
  for (const fact of facts) copy.write(fact);
  took('sign');

  const reader = new DrillReader(log, copy.root, [...copy.shards.keys()]);
  await reader.takeKeySet(copy.keySet());
  for (const [shard, lines] of copy.shards) reader.takeLines(shard, lines, 'fetched');
  reader.takeHeartbeat(copy.heartbeat());
  const before = reader.stated();
  took('follow');

  const voided = facts.slice(Math.max(0, facts.length - count));
  copy.revokeFrom(facts.length - voided.length);
  await reader.takeKeySet(copy.keySet());
  const meanwhile = reader.stated();
  took('void');

  const asserted = again(facts, voided);
  const lines = asserted.map((fact) => copy.write(fact));
  took('assert');
  for (const { shard, line } of lines) reader.takeLines(shard, [line], 'live');
  reader.takeHeartbeat(copy.heartbeat());
  took('catchUp');

  return {
    copied: facts.length,
    voided: voided.length,
    tenants: new Set(voided.map(({ tenant }) => tenant)).size,
    asserted: asserted.length,
    changed: new Set(voided.map(keyOf).filter((key) => before.get(key) !== meanwhile.get(key)))
      .size,
    refused: Object.entries(reader.refused).map(([code, times]) => `${code} ${times} times`),
    isWhole: reader.isCovered && isSame(before, reader.stated()),
    tookMs,
  };
}

function isSame(one: StatedFacts, other: StatedFacts): boolean {
  return one.size === other.size && [...one].every(([key, body]) => other.get(key) === body);
}

function stopwatch(): [(part: Part) => void, Record<Part, number>] {
  const tookMs = { sign: 0, follow: 0, void: 0, assert: 0, catchUp: 0 };
  let since = performance.now();
  const took = (part: Part): void => {
    const now = performance.now();
    tookMs[part] = Math.round(now - since);
    since = now;
  };
  return [took, tookMs];
}
