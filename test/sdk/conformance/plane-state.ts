import { isDeepStrictEqual } from 'node:util';
import { FACT_ERROR_CODES } from '../../../facts/core/errors.ts';
import type { PlaneState } from './expected-state.ts';
import type { Kit } from './kits.ts';
import { QUESTIONS } from './questions.ts';

type Stats = {
  heads: Record<string, { position: number; index: number; hash: string }>;
  refused: Record<string, number>;
  /** Size of the log of the snapshot that it rests on; 0: on none. */
  snapshot: number;
};

/** How fresh facts are depends on when one asks; an explanation has it in its decision. */
const withoutFreshness = (answer: unknown): object => {
  const { freshness: _, ...said } = answer as { freshness?: string; decision?: unknown };
  return 'decision' in said ? { ...said, decision: withoutFreshness(said.decision) } : said;
};

/** What the kit's plane holds, by its heads and by what it decides. */
export const stateOf = async (kit: Kit): Promise<PlaneState> => {
  const [stats, ...answers] = await Promise.all([{ op: 'stats' }, ...QUESTIONS].map(kit.ask));
  const heads = Object.entries((stats as Stats).heads).map(([shard, head]) => {
    const { position, hash } = head;
    return [shard, { position, hash }] as const;
  });
  return { heads: Object.fromEntries(heads), answers: answers.map(withoutFreshness) };
};

/** Where a state departs from the true one, in words; undefined: nowhere. */
export const departureOf = (state: PlaneState, truth: PlaneState): string | undefined => {
  if (!isDeepStrictEqual(state.heads, truth.heads)) {
    return `heads ${JSON.stringify(state.heads)}, not ${JSON.stringify(truth.heads)}`;
  }
  const at = QUESTIONS.findIndex((_, n) => !isDeepStrictEqual(state.answers[n], truth.answers[n]));
  if (at === -1) return undefined;
  const [question, said, wanted] = [QUESTIONS[at], state.answers[at], truth.answers[at]];
  return `${JSON.stringify(question)}: ${JSON.stringify(said)}, not ${JSON.stringify(wanted)}`;
};

export type PlaneCounts = Pick<Stats, 'refused' | 'snapshot'>;

/** What the kit has refused, by code, and rests on; throws for a code that nobody specified. */
export const countsOf = async ({ name, ask }: Kit): Promise<PlaneCounts> => {
  const { refused, snapshot } = (await ask({ op: 'stats' })) as Stats;
  const codes: readonly string[] = FACT_ERROR_CODES;
  const unknown = Object.keys(refused).filter((code) => !codes.includes(code));
  if (unknown.length > 0) throw new Error(`${name} refuses with ${unknown.join(', ')}`);
  return { refused, snapshot };
};
