import { keyIdOf } from '../facts/crypto/hash.ts';
import type { KeyRange, KeySet } from '../facts/log/key-set.ts';

/*
 * What the next version of a key set says. Pure: where the log stands is given, since only who
 * holds its head knows.
 */

/** Roles whose keys the sequencer holds. */
export const SIGNING_ROLES = ['fact', 'log', 'time'] as const;
export type SigningRole = (typeof SIGNING_ROLES)[number];
/** Their keys count at positions: indexes of facts, sizes of checkpoints. */
type RangedRole = 'fact' | 'log';

export type KeyChangeCode =
  | 'key-set-missing'
  | 'key-unknown'
  | 'key-is-root'
  | 'position-outside'
  | 'void-already'
  | 'void-without-checkpoint'
  | 'heartbeat-missing';

/** The key set cannot be changed so; nothing was published. The message says what to do. */
export class KeyChangeError extends Error {
  override readonly name = 'KeyChangeError';
  readonly code: KeyChangeCode;

  constructor(code: KeyChangeCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Makes a key of a role and gives its public key; called when one is needed. */
export type MakeKey = (role: SigningRole) => Uint8Array;

/** The log goes on behind `nextIndex`; `heartbeatKeySet`: version that the newest one names. */
export interface ChangePlace {
  readonly nextIndex: number;
  readonly heartbeatKeySet: number;
}

export function openRange(key: Uint8Array, from: number): KeyRange {
  return { key, from, to: null, void: null };
}

/** Lets a new key sign from here on. What the old one signed stays good. */
export function rotated(
  set: KeySet,
  role: SigningRole,
  makeKey: MakeKey,
  place: ChangePlace,
): KeySet {
  if (role === 'time') return withTimeRotated(set, makeKey, place);
  const opening = openingOf(role, place);
  const closed = rangesOf(set, role).map((range) =>
    range.to === null ? { ...range, to: opening } : range,
  );
  return withRanges(set, role, [...closed, openRange(makeKey(role), opening)]);
}

/**
 * The first position that no key can have signed at yet. A keeper that read the log's head before
 * this change may be signing a checkpoint of that size right now, by the old key; it cannot have
 * seen a larger size without the new key set, since one statement reads both.
 */
function openingOf(role: RangedRole, { nextIndex }: ChangePlace): number {
  return role === 'fact' ? nextIndex : nextIndex + 1;
}

/**
 * In two sets, so that no reader meets a heartbeat by a key that it cannot know: the first adds the
 * new key, and the old one still signs; the second, once a heartbeat has named the first, drops it.
 */
function withTimeRotated(set: KeySet, makeKey: MakeKey, { heartbeatKeySet }: ChangePlace): KeySet {
  const [signs, ...others] = set.time;
  if (signs === undefined || others.length === 0)
    return { ...set, time: [...set.time, makeKey('time')] };
  if (heartbeatKeySet < set.version)
    throw new KeyChangeError(
      'heartbeat-missing',
      `No heartbeat has named key set ${set.version} yet, so readers do not know the new key: ` +
        'start the sequencer, and run this again a few seconds later.',
    );
  return { ...set, time: others };
}

/** A key after a compromise, and from where on what it signed is void (time keys: nowhere). */
export interface CompromisedKey {
  readonly role: SigningRole;
  readonly keyId: string;
  /** Null for time keys: their heartbeats are gone as soon as the next one is there. */
  readonly from: number | null;
  /** The newest set says so already. */
  readonly isDone: boolean;
}

/**
 * `from`: undefined means where it is void already, or where the key opened: everything that it
 * signed. Throws {@link KeyChangeError}.
 */
export function compromisedKey(
  set: KeySet,
  keyId: string,
  from: number | undefined,
  place: ChangePlace,
): CompromisedKey {
  if (keyIdOf(set.root) === keyId)
    throw new KeyChangeError(
      'key-is-root',
      'The root is replaced, not revoked: tenure keys rotate --role root.',
    );
  if (set.time.some((key) => keyIdOf(key) === keyId)) {
    if (from === undefined) return { role: 'time', keyId, from: null, isDone: false };
    throw new KeyChangeError('position-outside', 'A time key has no positions: leave --from out.');
  }
  for (const role of ['fact', 'log'] as const) {
    const range = rangesOf(set, role).find(({ key }) => keyIdOf(key) === keyId);
    if (range !== undefined) return compromisedRange(role, keyId, range, from, place);
  }
  throw new KeyChangeError(
    'key-unknown',
    `Key set ${set.version} has no key ${keyId}: "tenure keys show" lists them.`,
  );
}

function compromisedRange(
  role: RangedRole,
  keyId: string,
  range: KeyRange,
  given: number | undefined,
  place: ChangePlace,
): CompromisedKey {
  const from = given ?? range.void ?? range.from;
  const end = range.to ?? openingOf(role, place);
  if (from < range.from || from > end)
    throw new KeyChangeError(
      'position-outside',
      `Key ${keyId} signs from ${range.from} on and below ${end}: ${from} is not there.`,
    );
  if (range.void !== null && from > range.void)
    throw new KeyChangeError(
      'void-already',
      `Key ${keyId} is void from ${range.void} on already; that can only become earlier.`,
    );
  // The newest checkpoint would be void, and no other key of the set counts at its size.
  if (role === 'log' && range.to !== null && from <= place.nextIndex && range.to > place.nextIndex)
    throw new KeyChangeError(
      'void-without-checkpoint',
      `The newest checkpoint is by key ${keyId}, which is closed: run this again when the next ` +
        'fact is signed.',
    );
  return { role, keyId, from, isDone: range.void === from };
}

/** Voids what a compromised key signed, closes it, and opens a new one unless another signs. */
export function revoked(
  set: KeySet,
  { role, keyId, from }: CompromisedKey,
  makeKey: MakeKey,
  place: ChangePlace,
): KeySet {
  if (role === 'time' || from === null) {
    const others = set.time.filter((key) => keyIdOf(key) !== keyId);
    return { ...set, time: others.length > 0 ? others : [makeKey('time')] };
  }
  // Facts are there, so their void ones stay where they are. The newest checkpoint is signed anew
  // by the new key, which therefore counts at every size that is void.
  const opening = role === 'fact' ? place.nextIndex : from;
  const ranges = rangesOf(set, role);
  const isOpen = ranges.some(({ key, to }) => keyIdOf(key) === keyId && to === null);
  const voided = ranges.map((range) =>
    keyIdOf(range.key) === keyId ? { ...range, to: range.to ?? opening, void: from } : range,
  );
  return withRanges(set, role, isOpen ? [...voided, openRange(makeKey(role), opening)] : voided);
}

function rangesOf(set: KeySet, role: RangedRole): readonly KeyRange[] {
  return role === 'fact' ? set.fact : set.logKeys;
}

function withRanges(set: KeySet, role: RangedRole, ranges: KeyRange[]): KeySet {
  return role === 'fact' ? { ...set, fact: ranges } : { ...set, logKeys: ranges };
}
