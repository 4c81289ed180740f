import { equalBytes } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';
import { parseKeySet, rootName } from './key-set.ts';
import type { EpochStart, KeyRange, KeySet } from './key-set.ts';
import { openNote } from './note.ts';
import { createNoteVerifier } from './note-key.ts';
import type { NoteVerifier } from './note-key.ts';

/** What the next key set is checked against: at first only the pinned root, version 0. */
export type TrustedKeys = { version: number; root: NoteVerifier; set: KeySet | undefined };

/** What is trusted once a set was taken. */
export const trustedBy = (set: KeySet): TrustedKeys => ({
  version: set.version,
  root: createNoteVerifier(rootName(set.log), set.root),
  set,
});

const assureOwnRoot = (note: Uint8Array, set: KeySet): void => {
  try {
    openNote(note, [trustedBy(set).root]);
  } catch (cause) {
    throw new FactError('keyset-root', 'not signed by the root that it brings', { cause });
  }
};

/** An open range may be closed, a closed one stays; what is void stays so, and may grow. */
const mayFollow = (older: KeyRange, newer: KeyRange): boolean => {
  const sameEnd = older.to === null || newer.to === older.to;
  const sameVoid = older.void === null || (newer.void !== null && newer.void <= older.void);
  return newer.from === older.from && sameEnd && sameVoid;
};

const keepsRanges = (older: readonly KeyRange[], newer: readonly KeyRange[]): boolean =>
  older.every((range) =>
    newer.some((one) => equalBytes(one.key, range.key) && mayFollow(range, one)),
  );

const isSameEpoch = (one: EpochStart, other: EpochStart | undefined): boolean =>
  one.first === other?.first && one.size === other.size && equalBytes(one.root, other.root);

const assureHistory = (older: KeySet, newer: KeySet): void => {
  const keeps =
    keepsRanges(older.fact, newer.fact) &&
    keepsRanges(older.logKeys, newer.logKeys) &&
    older.epochs.every((epoch, at) => isSameEpoch(epoch, newer.epochs[at]));
  if (!keeps)
    throw new FactError('keyset-history', `version ${newer.version} denies the one before`);
};

/**
 * The key set in a signed note, as the one that follows what is trusted; throws a `note-…` or
 * `keyset-…` FactError. Checks in the order of facts-v1, "Keys".
 */
export const openKeySet = (note: Uint8Array, log: string, trusted: TrustedKeys): KeySet => {
  const set = parseKeySet(openNote(note, [trusted.root]).text);
  if (set.log !== log) throw new FactError('keyset-log-mismatch', `${set.log}, not ${log}`);
  if (set.version !== trusted.version + 1) {
    throw new FactError('keyset-version', `${set.version} after ${trusted.version}`);
  }
  assureOwnRoot(note, set);
  if (trusted.set !== undefined) assureHistory(trusted.set, set);
  return set;
};
