import { utf8 } from '../facts/core/bytes.ts';
import { formatKeySet, newestEpoch, parseKeySet, rootName } from '../facts/log/key-set.ts';
import type { EpochStart, KeyRange, KeySet } from '../facts/log/key-set.ts';
import { textOfNote } from '../facts/log/note.ts';
import { createNoteVerifier } from '../facts/log/note-key.ts';
import { openKeySet, trustedBy } from '../facts/log/open-key-set.ts';
import type { KeySetPublishing, NewKeySet } from '../ports/log-store.ts';
import type { Signer } from '../ports/signer.ts';
import { signNoteBy } from './key-ring.ts';

/** Public keys of a new log by their roles, and the signer that vouches for them. */
export interface FirstKeys {
  readonly root: Signer;
  readonly fact: Uint8Array;
  readonly log: Uint8Array;
  readonly time: Uint8Array;
}

/** Publishes version 1, and only then makes keys, unless the log has a key set already. */
export function assureFirstKeySet(
  publishing: KeySetPublishing,
  log: string,
  makeKeys: () => FirstKeys,
): Promise<void> {
  return publishing.publish(async ({ newest }) => {
    if (newest !== undefined) return undefined;
    const { root, fact, log: logKey, time } = makeKeys();
    const first: KeySet = {
      ...{ log, version: 1, root: root.publicKey, time: [time], epochs: [] },
      fact: [openRange(fact, 0)],
      logKeys: [openRange(logKey, 0)],
    };
    return signed(first, undefined, root);
  });
}

/**
 * Closes the fact key at the next fact and lets another one sign from there on. The old one's
 * facts stay good. Rejects when `root` is not the root of the newest set.
 */
export function rotateFactKey(
  publishing: KeySetPublishing,
  key: Uint8Array,
  root: Signer,
): Promise<void> {
  return publishing.publish(async ({ newest, nextIndex }) => {
    if (newest === undefined) throw new Error('the log has no key set yet');
    const set = parseKeySet(textOfNote(utf8(newest)));
    const fact = set.fact.map((range) => (range.to === null ? { ...range, to: nextIndex } : range));
    const next = { ...set, version: set.version + 1, fact: [...fact, openRange(key, nextIndex)] };
    return signed(next, set, root);
  });
}

/**
 * The set that begins the next epoch, by the root: what was signed from `first` on is lost for
 * good, and other facts come in its place (DESIGN 3, "Restored backup").
 */
export function beginEpoch(
  set: KeySet,
  start: Omit<EpochStart, 'epoch'>,
  root: Signer,
): Promise<NewKeySet> {
  const epochs = [...set.epochs, { ...start, epoch: newestEpoch(set) + 1 }];
  return signed({ ...set, version: set.version + 1, epochs }, set, root);
}

function openRange(key: Uint8Array, from: number): KeyRange {
  return { key, from, to: null, void: null };
}

/** What readers would refuse is not published: the note is opened as they open it. */
async function signed(set: KeySet, before: KeySet | undefined, signer: Signer) {
  const name = rootName(set.log);
  const note = await signNoteBy(formatKeySet(set), { name, signer });
  const root = createNoteVerifier(name, set.root);
  const trusted = before === undefined ? { version: 0, root, set: before } : trustedBy(before);
  openKeySet(utf8(note), set.log, trusted);
  return { version: set.version, note };
}
