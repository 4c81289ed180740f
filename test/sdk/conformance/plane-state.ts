import { isDeepStrictEqual } from 'node:util';
import { FACT_ERROR_CODES } from '../../../facts/core/errors.ts';
import type { PlaneState } from './expected-state.ts';
import type { Kit } from './kits.ts';
import { QUESTIONS } from './questions.ts';

type Stats = {
  heads: Record<string, { position: number; index: number; hash: string }>;
  refused: Record<string, number>;
};

const withoutFreshness = (answer: unknown): object => {
  const { freshness: _, ...said } = answer as { freshness: string };
  return said;
};

/** What the kit's plane holds, by its heads and by what it decides. */
export const stateOf = async (kit: Kit): Promise<PlaneState> => {
  const [stats, ...answers] = await Promise.all([{ op: 'stats' }, ...QUESTIONS].map(kit.ask));
  const heads = Object.entries((stats as Stats).heads).map(([shard, head]) => {
    const { position, index, hash } = head;
    return [shard, { position, index, hash }] as const;
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

/** How often the kit refused, by code; throws for one that the specification does not have. */
export const refusedBy = async ({ name, ask }: Kit): Promise<Record<string, number>> => {
  const { refused } = (await ask({ op: 'stats' })) as Stats;
  const codes: readonly string[] = FACT_ERROR_CODES;
  const unknown = Object.keys(refused).filter((code) => !codes.includes(code));
  if (unknown.length > 0) throw new Error(`${name} refuses with ${unknown.join(', ')}`);
  return refused;
};
