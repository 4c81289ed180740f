import { equalBytes, utf8 } from '../facts/core/bytes.ts';
import { parseHeartbeat } from '../facts/log/heartbeat.ts';
import { formatKeySet, newestEpoch, parseKeySet, rootName } from '../facts/log/key-set.ts';
import type { EpochStart, KeySet } from '../facts/log/key-set.ts';
import { textOfNote } from '../facts/log/note.ts';
import { createNoteVerifier } from '../facts/log/note-key.ts';
import { openKeySet, trustedBy } from '../facts/log/open-key-set.ts';
import type { KeySetPlace, KeySetPublishing, NewKeySet } from '../ports/log-store.ts';
import type { Signer } from '../ports/signer.ts';
import { signNoteBy } from './key-ring.ts';
import { compromisedKey, KeyChangeError, openRange, revoked, rotated } from './next-key-set.ts';
import type { ChangePlace, CompromisedKey, MakeKey, SigningRole } from './next-key-set.ts';

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

/** Lets a new key of the role sign from here on: {@link rotated}. */
export function rotateKey(
  publishing: KeySetPublishing,
  role: SigningRole,
  root: Signer,
  makeKey: MakeKey,
): Promise<void> {
  return change(publishing, [root], (set, place) => rotated(set, role, makeKey, place));
}

/** From the next set on the new root vouches. Again is harmless. */
export function rotateRoot(
  publishing: KeySetPublishing,
  root: Signer,
  newRoot: Signer,
): Promise<void> {
  return change(publishing, [root, newRoot], (set) =>
    equalBytes(set.root, newRoot.publicKey) ? undefined : { ...set, root: newRoot.publicKey },
  );
}

/** What {@link revokeKey} would do now; changes nothing. */
export async function planRevocation(
  publishing: KeySetPublishing,
  keyId: string,
  from: number | undefined,
): Promise<CompromisedKey> {
  const place = await publishing.newest();
  return compromisedKey(newestSet(place), keyId, from, changePlace(place));
}

/**
 * Voids what a key signed from `from` on, in the next set; again is harmless. What readers held by
 * void facts is then to be asserted anew: `reassertVoid`.
 */
export function revokeKey(
  publishing: KeySetPublishing,
  { keyId, from }: Pick<CompromisedKey, 'keyId' | 'from'>,
  root: Signer,
  makeKey: MakeKey,
): Promise<void> {
  return change(publishing, [root], (set, place) => {
    const key = compromisedKey(set, keyId, from ?? undefined, place);
    return key.isDone ? undefined : revoked(set, key, makeKey, place);
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

/** The set of the newest version. Throws {@link KeyChangeError} before the first. */
export function newestSet({ newest }: KeySetPlace): KeySet {
  if (newest !== undefined) return parseKeySet(textOfNote(utf8(newest)));
  throw new KeyChangeError(
    'key-set-missing',
    'The log has no key set yet: make one with "tenure keys init".',
  );
}

/** `next` gives the set that follows, its version aside; undefined changes nothing. */
function change(
  publishing: KeySetPublishing,
  roots: readonly Signer[],
  next: (set: KeySet, place: ChangePlace) => KeySet | undefined,
): Promise<void> {
  return publishing.publish(async (place) => {
    const set = newestSet(place);
    const changed = next(set, changePlace(place));
    if (changed === undefined) return undefined;
    return signed({ ...changed, version: set.version + 1 }, set, ...roots);
  });
}

function changePlace({ nextIndex, heartbeat }: KeySetPlace): ChangePlace {
  if (heartbeat === undefined) return { nextIndex, heartbeatKeySet: 0 };
  const { keySetVersion } = parseHeartbeat(textOfNote(utf8(heartbeat)));
  return { nextIndex, heartbeatKeySet: keySetVersion };
}

/** What readers would refuse is not published: the note is opened as they open it. */
async function signed(set: KeySet, before: KeySet | undefined, ...roots: Signer[]) {
  const name = rootName(set.log);
  const signers = roots.map((signer) => ({ name, signer }));
  const note = await signNoteBy(formatKeySet(set), ...signers);
  const root = createNoteVerifier(name, set.root);
  const trusted = before === undefined ? { version: 0, root, set: before } : trustedBy(before);
  openKeySet(utf8(note), set.log, trusted);
  return { version: set.version, note };
}
