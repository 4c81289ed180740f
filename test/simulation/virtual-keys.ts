import { formatKeySet, parseKeySet, rootName } from '../../facts/log/key-set.ts';
import type { KeyRange, KeySet } from '../../facts/log/key-set.ts';
import { signNote, textOfNote } from '../../facts/log/note.ts';
import { utf8 } from '../../facts/core/bytes.ts';
import { LOG } from '../sdk/support/fact-writer.ts';
import { rangeOf } from '../sdk/support/log-writer.ts';
import type { Dice } from './dice.ts';
import { FACT_SIGNERS, ROOT_SIGNER } from './tags.ts';
import type { World } from './world.ts';

/** A revocation finds the thief late: what was signed before it is void, too. */
const MAX_VOID_FACTS = 6;

const parsed = new Map<string, KeySet>();

/** Of a note that the root has signed. */
export const keySetIn = (note: string): KeySet => {
  const known = parsed.get(note) ?? parseKeySet(textOfNote(utf8(note)));
  // Worlds have few sets in common: only the first is in all of them.
  if (known.version === 1) parsed.set(note, known);
  return known;
};

/** The set in which the open fact key ends at `nextIndex`, and the next one begins there. */
const rotated = (set: KeySet, nextIndex: number, change: Partial<KeyRange>): KeySet => {
  const next = FACT_SIGNERS[set.fact.length];
  if (next === undefined) throw new RangeError('a world has no more fact keys');
  const closed = set.fact.map((range) =>
    range.to === null ? { ...range, ...change, to: nextIndex } : range,
  );
  const fact = [...closed, rangeOf(next, { from: nextIndex })];
  return { ...set, version: set.version + 1, fact };
};

const voidFrom = ({ fact }: KeySet, nextIndex: number, dice: Dice): number =>
  Math.max(fact.at(-1)?.from ?? 0, nextIndex - dice.between(0, MAX_VOID_FACTS + 1));

/**
 * Publishes the next key set in one transaction, as `registry/key-sets.ts` does: a batch that was
 * signed by the set before it is not moved to the log any more.
 */
function replaceFactKey(world: World, { isStolen }: { isStolen: boolean }): void {
  const { postgres, dice } = world;
  // Who answers is an older database by mistake: a person who has keys replaced would see it.
  if (postgres.isBackup) return;
  const { keySets, facts } = postgres.rows;
  const set = keySetIn(keySets.at(-1) ?? '');
  const change = isStolen ? { void: voidFrom(set, facts.length, dice) } : {};
  const text = formatKeySet(rotated(set, facts.length, change));
  keySets.push(signNote(text, [{ name: rootName(LOG), signer: ROOT_SIGNER }]));
  const what = isStolen ? `is stolen, void from ${change.void} on` : 'is replaced';
  world.trace(`the fact key ${what}, at ${facts.length}`);
}

/** In some worlds the fact key is replaced, in some it was stolen, whatever fails meanwhile. */
export function scheduleKeys(world: World, untilMs: number): void {
  const { dice, scheduler } = world;
  for (let count = dice.pick([0, 0, 0, 1, 1, 2]); count > 0; count -= 1) {
    const isStolen = dice.chance(0.5);
    scheduler.after(dice.between(500, untilMs), () => replaceFactKey(world, { isStolen }));
  }
}
