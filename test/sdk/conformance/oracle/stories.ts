import type { KeyObject } from 'node:crypto';
import { bytesOf } from '../places.ts';
import type { Json } from '../vectors.ts';
import { publicKeyOf, readLine } from './lines.ts';
import { readHeartbeat, readKeySet, textOfNote } from './notes.ts';

/*
 * The story of one shard that a mutant tells: which facts have come by a step at all, and how many
 * a signed heartbeat has counted. What a reader has beyond that it took from nobody.
 */

type State = { position: number; covered: number; void: number[] };

const notesIn = (steps: readonly Json[], name: string): string[] =>
  steps
    .filter((step) => name in step)
    .map((step) => textOfNote(bytesOf(String(step[name]), 'note')) ?? '');

/** Fact keys of all key sets that are told of, by their id. */
const keysIn = (steps: readonly Json[], idOf: (key: Buffer) => string): Map<string, KeyObject> => {
  const sets = notesIn(steps, 'keySet').map(readKeySet);
  const keys = sets.flatMap((set) => set?.fact ?? []).map(({ key }) => Buffer.from(key, 'base64'));
  return new Map(keys.map((key) => [idOf(key), publicKeyOf(key)]));
};

const linesIn = (step: Json): string[] =>
  ['live', 'fetched', 'reread'].flatMap((name) => (step[name] as string[] | undefined) ?? []);

/** The number of a step after which the reader has more than was told; undefined: of none. */
export const firstOutrun = (
  { log, shard, steps }: { log: string; shard: number; steps: Json[] },
  states: readonly State[],
  idOf: (key: Buffer) => string,
): number | undefined => {
  const trust = { log, shard, keys: keysIn(steps, idOf) };
  const facts = new Set<string>();
  let counted = 0;
  for (const [at, step] of steps.entries()) {
    for (const text of linesIn(step)) {
      const line = readLine(text, trust);
      if (line !== undefined) facts.add(line.pae.toString('latin1'));
    }
    for (const text of notesIn([step], 'heartbeat'))
      counted = Math.max(counted, readHeartbeat(text)?.counts[shard] ?? 0);
    const state = states[at];
    const isTold =
      state !== undefined &&
      state.position <= facts.size &&
      state.covered <= Math.min(state.position, counted) &&
      state.void.every((position) => position <= facts.size);
    if (!isTold) return at;
  }
  return undefined;
};
