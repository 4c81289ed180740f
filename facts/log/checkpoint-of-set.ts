import { toHex, utf8 } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';
import { checkpointOrigin, parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { isInRange, isVoid } from './fact-keys.ts';
import type { KeyRange, KeySet } from './key-set.ts';
import { openNote, signersOfNote, textOfNote } from './note.ts';
import { createNoteVerifier, keyHashOf } from './note-key.ts';

const countsAt = (range: KeyRange, size: number): boolean =>
  isInRange(range, size) && !isVoid(range, size);

const openByLogKey = (note: string, set: KeySet, epoch: number) => {
  const origin = checkpointOrigin(set.log, epoch);
  const keys = set.logKeys.map((range) => ({ ...range, ...createNoteVerifier(origin, range.key) }));
  const { text, signedBy } = openNote(utf8(note), keys);
  const stated = parseCheckpoint(text);
  if (stated.origin !== origin) {
    throw new FactError('checkpoint-origin-mismatch', `${stated.origin}, not ${origin}`);
  }
  return { stated, signers: keys.filter((key) => signedBy.includes(key)) };
};

/**
 * The checkpoint in a signed note, by a log key of the set that counts at its size (facts-v1,
 * "Heartbeats", checks 9 and 10). Throws a FactError.
 */
export const openCheckpointOfSet = (note: string, set: KeySet, epoch: number): Checkpoint => {
  const { stated, signers } = openByLogKey(note, set, epoch);
  if (!signers.some((key) => countsAt(key, stated.size))) {
    throw new FactError('key-range', `no log key counts at size ${stated.size}`);
  }
  return stated;
};

/**
 * For who signs the next one: a checkpoint by any log key of the set, also by one that was closed
 * or voided since. What it states is compared with the log itself. Throws a FactError.
 */
export const openKeptCheckpoint = (note: string, set: KeySet, epoch: number): Checkpoint =>
  openByLogKey(note, set, epoch).stated;

/**
 * Whether readers of the set will take a checkpoint of our own: by the names of its keys and by
 * its size. Looks at no signature.
 */
export const countsInSet = (note: string, set: KeySet): boolean => {
  const { origin, size } = parseCheckpoint(textOfNote(utf8(note)));
  const signed = signersOfNote(utf8(note));
  return set.logKeys.some((range) => {
    if (!countsAt(range, size)) return false;
    const keyHash = toHex(keyHashOf(origin, range.key));
    return signed.some((one) => one.name === origin && one.keyHash === keyHash);
  });
};
