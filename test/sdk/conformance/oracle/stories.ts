import type { KeyObject } from 'node:crypto';
import { bytesOf } from '../places.ts';
import type { Json } from '../vectors.ts';
import { keyIdOf, publicKeyOf, readLine } from './lines.ts';
import type { Trust } from './lines.ts';
import { keyIn, mayFollow, readHeartbeat, readKeySet, textOfNote } from './notes.ts';
import type { OracleKeySet } from './notes.ts';
import { standingNote } from './state-notes.ts';
import { readTenants } from './state-tree.ts';
import type { ServedFiles } from './state-tree.ts';

/*
 * The story of one shard that a mutant tells: which facts have come by a step at all and at which
 * positions, how many lines a signed heartbeat has counted, and how many a snapshot stands for.
 * What a reader has beyond that it took from nobody.
 */

type State = { position: number; covered: number; void: number[] };
type Story = { log: string; root: string; shard: number; steps: Json[] };

const noteIn = (step: Json, name: string): Buffer | undefined =>
  name in step ? bytesOf(String(step[name]), 'note') : undefined;

/** Fact keys of all key sets that are told of, by their id. */
const keysIn = (steps: readonly Json[]): Map<string, KeyObject> => {
  const notes = steps.flatMap((step) => noteIn(step, 'keySet') ?? []);
  const sets = notes.map((note) => readKeySet(textOfNote(note) ?? ''));
  const keys = sets.flatMap((set) => set?.fact ?? []).map(({ key }) => Buffer.from(key, 'base64'));
  return new Map(keys.map((key) => [keyIdOf(key), publicKeyOf(key)]));
};

const linesIn = (step: Json): string[] =>
  ['live', 'fetched', 'reread'].flatMap((name) => (step[name] as string[] | undefined) ?? []);

/** All that was told so far. */
class Told {
  /** Lines that heartbeats and snapshots count at most. */
  counted = 0;
  readonly #story: Story;
  readonly #trust: Trust;
  readonly #facts = new Set<string>();
  readonly #positions = new Set<number>();
  readonly #bases = [0];
  readonly #sets: OracleKeySet[] = [];

  constructor(story: Story) {
    this.#story = story;
    this.#trust = { log: story.log, shard: story.shard, keys: keysIn(story.steps) };
  }

  hear(step: Json): void {
    const keySet = noteIn(step, 'keySet');
    if (keySet !== undefined) this.#hearKeySet(keySet);
    for (const text of linesIn(step)) this.#hearLine(text);
    const heartbeat = noteIn(step, 'heartbeat');
    const beat = heartbeat && readHeartbeat(textOfNote(heartbeat) ?? '');
    this.#count(beat?.counts[this.#story.shard] ?? 0);
    if ('snapshot' in step) this.#hearSnapshot(step['snapshot'] as Json);
  }

  /** The last position to which lines lead, each a fact of its own, from a base. */
  furthest(): number {
    const ends = this.#bases.map((base) => {
      let end = base;
      while (this.#positions.has(end + 1) && end - base < this.#facts.size) end += 1;
      return end;
    });
    return Math.max(...ends);
  }

  #count(lines: number): void {
    this.counted = Math.max(this.counted, lines);
  }

  #hearKeySet(note: Buffer): void {
    const { log, root } = this.#story;
    const given = { root: keyIn(root), trusted: this.#sets.at(-1) };
    const set = mayFollow(note, log, given) ? readKeySet(textOfNote(note) ?? '') : undefined;
    if (set !== undefined) this.#sets.push(set);
  }

  #hearLine(text: string): void {
    const line = readLine(text, this.#trust);
    if (line === undefined) return;
    this.#facts.add(line.pae.toString('latin1'));
    this.#positions.add(line.position);
  }

  #hearSnapshot(snapshot: Json): void {
    const note = noteIn(snapshot, 'note') ?? Buffer.alloc(0);
    // A set whose keys are no points is one that kits do not have: those before it count too.
    const stated = this.#sets
      .map((_, at) => standingNote(note, this.#sets.slice(0, at + 1)))
      .find((one) => one !== undefined);
    if (stated === undefined) return;
    const { shard } = this.#story;
    if (readTenants(stated.root, snapshot['nodes'] as ServedFiles, shard) === undefined) return;
    const { count = 0 } = stated.heads[shard] ?? {};
    this.#bases.push(count);
    this.#count(count);
  }
}

/** The number of a step after which the reader has more than was told; undefined: of none. */
export const firstOutrun = (story: Story, states: readonly State[]): number | undefined => {
  const told = new Told(story);
  for (const [at, step] of story.steps.entries()) {
    told.hear(step);
    const [state, furthest] = [states[at], told.furthest()];
    const isTold =
      state !== undefined &&
      state.position <= furthest &&
      state.covered <= Math.min(state.position, told.counted) &&
      state.void.every((position) => position <= furthest);
    if (!isTold) return at;
  }
  return undefined;
};
