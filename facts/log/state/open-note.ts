import { equalBytes } from '../../core/bytes.ts';
import { FactError } from '../../core/errors.ts';
import { checkpointOrigin } from '../checkpoint.ts';
import { isInRange, isVoid } from '../fact-keys.ts';
import { newestEpoch } from '../key-set.ts';
import type { KeySet } from '../key-set.ts';
import { openNote } from '../note.ts';
import { createNoteVerifier } from '../note-key.ts';
import { parseStateNote } from './note.ts';
import type { StateNote } from './note.ts';

/** Check 7: no later version made void what the tree below its size still has. */
const assureNotVoid = (size: number, newest: KeySet, ofNote: KeySet): void => {
  for (const { key, void: start } of newest.fact) {
    if (start === null || start >= size) continue;
    const then = ofNote.fact.find((range) => equalBytes(range.key, key))?.void ?? null;
    if (then === null || then > start) {
      throw new FactError('state-void', `facts from index ${start} on are void since`);
    }
  }
};

/** Check 8: against the last note that was taken in this epoch. */
const assureGrowth = (note: StateNote, last: StateNote): void => {
  if (last.epoch !== note.epoch) return;
  if (note.size < last.size) {
    throw new FactError('state-rollback', `size ${note.size} after ${last.size}`);
  }
  // A later version may make more of the same facts void.
  const isSame = note.size === last.size && note.keySetVersion === last.keySetVersion;
  if (isSame && !equalBytes(note.root, last.root)) {
    throw new FactError('state-fork', `another root at size ${note.size}`);
  }
};

/**
 * The state note in a signed note (checks 1 to 8 of facts-v1, "State tree"). `sets`: those that are
 * trusted, versions 1 to the newest. Throws a FactError; on `note-key-unknown` and `state-keyset`
 * the caller learns the next key sets and opens the note again.
 */
export const openStateNote = (
  note: Uint8Array,
  sets: readonly KeySet[],
  last?: StateNote,
): StateNote => {
  const newest = sets.at(-1);
  if (newest === undefined) throw new FactError('note-key-unknown', 'no key set yet');
  const name = checkpointOrigin(newest.log, newestEpoch(newest));
  const keys = newest.logKeys.map((range) => ({
    ...range,
    ...createNoteVerifier(name, range.key),
  }));
  const { text, signedBy } = openNote(note, keys);
  const stated = parseStateNote(text);
  const { log, epoch, size, keySetVersion } = stated;
  if (log !== newest.log) throw new FactError('state-log-mismatch', `${log}, not ${newest.log}`);
  const ofNote = sets.find(({ version }) => version === keySetVersion);
  if (ofNote === undefined) {
    throw new FactError('state-keyset', `version ${keySetVersion} above ${newest.version}`);
  }
  if (epoch !== newestEpoch(newest)) {
    throw new FactError('epoch-mismatch', `${epoch}, not ${newestEpoch(newest)}`);
  }
  const counts = keys.some(
    (key) => signedBy.includes(key) && isInRange(key, size) && !isVoid(key, size),
  );
  if (!counts) throw new FactError('key-range', `no log key counts at size ${size}`);
  assureNotVoid(size, newest, ofNote);
  if (last !== undefined) assureGrowth(stated, last);
  return stated;
};
