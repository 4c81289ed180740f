import { utf8 } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';
import { checkpointOrigin, parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { isInRange, isVoid } from './fact-keys.ts';
import type { KeySet } from './key-set.ts';
import { openNote } from './note.ts';
import { createNoteVerifier } from './note-key.ts';

/**
 * The checkpoint in a signed note, by a log key of the set that counts at its size (facts-v1,
 * "Heartbeats", checks 9 and 10). Throws a FactError.
 */
export const openCheckpointOfSet = (note: string, set: KeySet, epoch: number): Checkpoint => {
  const origin = checkpointOrigin(set.log, epoch);
  const keys = set.logKeys.map((range) => ({ ...range, ...createNoteVerifier(origin, range.key) }));
  const { text, signedBy } = openNote(utf8(note), keys);
  const stated = parseCheckpoint(text);
  if (stated.origin !== origin) {
    throw new FactError('checkpoint-origin-mismatch', `${stated.origin}, not ${origin}`);
  }
  const counts = keys.some(
    (key) => signedBy.includes(key) && isInRange(key, stated.size) && !isVoid(key, stated.size),
  );
  if (!counts) throw new FactError('key-range', `no log key counts at size ${stated.size}`);
  return stated;
};
