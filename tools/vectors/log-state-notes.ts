import { toBase64, toHex, utf8 } from '../../facts/core/bytes.ts';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import type { FactSigner } from '../../facts/crypto/sign.ts';
import { checkpointOrigin } from '../../facts/log/checkpoint.ts';
import { formatStateNote } from '../../facts/log/state/note.ts';
import type { StateNote } from '../../facts/log/state/note.ts';
import { LOG, signer } from '../../test/sdk/support/fact-writer.ts';
import { aStateNote, headsOf, keySetNote, LOG_KEY } from '../../test/sdk/support/log-writer.ts';
import { NEXT_FACT_KEY, NEXT_LOG_KEY, rangeOf } from '../../test/sdk/support/log-writer.ts';
import { signAs, TIME } from '../../test/sdk/support/log-writer.ts';
import type { LogVector, RefusedCase } from './log-vector.ts';

const HASH = new Uint8Array(32).fill(5);
const ROOT_HASH = new Uint8Array(32).fill(6);
const encode = (note: string): string => toBase64(utf8(note));

/** `named`: as the checkpoints of which epoch; that of the note, unless it is said. */
type Given = {
  keySets?: string[];
  last?: StateNote;
  signers?: FactSigner[];
  named?: number;
};

const signed = (text: string, epoch: number, signers: FactSigner[]): string =>
  encode(signAs(checkpointOrigin(LOG, epoch), text, signers));

const inputOf = (text: string, epoch: number, given: Given) => {
  const { keySets = [keySetNote()], last, signers = [LOG_KEY], named = epoch } = given;
  return {
    keySets: keySets.map(encode),
    last: last === undefined ? null : signed(formatStateNote(last), last.epoch, [LOG_KEY]),
    note: signed(text, named, signers),
  };
};

const taken = (rule: string, note: StateNote, given: Given = {}): LogVector => {
  const { epoch, size, keySetVersion, root } = note;
  const heads = note.heads
    .map(({ count, hash }, shard) => [shardName(shard), { count, hash: toHex(hash) }] as const)
    .filter(([, { count }]) => count > 0);
  return {
    rule,
    check: 'state-note',
    input: inputOf(formatStateNote(note), epoch, given),
    expect: {
      value: { epoch, size, keySetVersion, root: toHex(root), heads: Object.fromEntries(heads) },
    },
  };
};

/** Eight facts, three of them in shard 05. */
const NOTE = aStateNote({
  size: 8,
  root: ROOT_HASH,
  heads: headsOf({ 5: { count: 3, hash: HASH }, 255: { count: 5, hash: ROOT_HASH } }),
});
const next = (overrides: Partial<StateNote> = {}): StateNote => ({ ...NOTE, ...overrides });

/** Both kinds of keys changed at 6; the first log key is void from 5 on. */
const ROTATED = keySetNote({
  version: 2,
  fact: [rangeOf(signer, { to: 6 }), rangeOf(NEXT_FACT_KEY, { from: 6 })],
  logKeys: [rangeOf(LOG_KEY, { to: 6, void: 5 }), rangeOf(NEXT_LOG_KEY, { from: 6 })],
});
/** What the first fact key signed from `start` on is void. */
const voidFrom = (version: number, start: number): string =>
  keySetNote({
    version,
    fact: [rangeOf(signer, { to: 20, void: start }), rangeOf(NEXT_FACT_KEY, { from: 20 })],
  });
const EPOCHS = [{ epoch: 2, first: 2, size: 2, root: HASH }];
const FORKED = keySetNote({ version: 2, epochs: EPOCHS });
const FIRST = keySetNote();

export const VALID_STATE_NOTES: Record<string, LogVector> = {
  'state-note-empty': taken('of an empty log', aStateNote()),
  'state-note': taken('of eight facts in two shards', NOTE),
  'state-note-grows': taken('a larger one has another root', next({ size: 9, root: HASH }), {
    last: NOTE,
  }),
  'state-note-void-again': taken(
    'another root at the same size, by a version that makes facts void',
    next({ keySetVersion: 2, root: HASH }),
    { keySets: [FIRST, voidFrom(2, 7)], last: NOTE },
  ),
  'state-note-again': taken('the same one again', NOTE, { last: NOTE }),
  'state-note-largest': taken(
    'numbers go to 2^53 - 1',
    next({
      size: Number.MAX_SAFE_INTEGER,
      heads: headsOf({ 0: { count: Number.MAX_SAFE_INTEGER, hash: HASH } }),
    }),
  ),
  'state-note-older-version': taken('made by an older key set, and nothing was void since', NOTE, {
    keySets: [FIRST, keySetNote({ version: 2 })],
  }),
  'state-note-new-log-key': taken(
    'by the log key that counts at its size',
    next({ keySetVersion: 2 }),
    { keySets: [FIRST, ROTATED], signers: [NEXT_LOG_KEY] },
  ),
  'state-note-old-log-key': taken(
    'by a closed key, below its end and what is void',
    next({ size: 4 }),
    {
      keySets: [FIRST, ROTATED],
    },
  ),
  'state-note-two-keys': taken('by two log keys, of which one counts', NOTE, {
    keySets: [FIRST, ROTATED],
    signers: [LOG_KEY, NEXT_LOG_KEY],
  }),
  'state-note-void-known': taken(
    'made when the void facts were known',
    next({ keySetVersion: 2 }),
    {
      keySets: [FIRST, voidFrom(2, 7)],
    },
  ),
  'state-note-void-above': taken('what is void begins at its size', NOTE, {
    keySets: [FIRST, voidFrom(2, 8)],
  }),
  'state-note-new-epoch': taken(
    'in a new epoch sizes begin anew',
    next({ epoch: 2, keySetVersion: 2, size: 3 }),
    { keySets: [FIRST, FORKED], last: NOTE },
  ),
};

const bad = (rule: string, note: StateNote, given: Given = {}) =>
  ({
    rule,
    check: 'state-note',
    input: inputOf(formatStateNote(note), note.epoch, given),
  }) as const;

/** Well signed, and no state note. */
const swapped = (rule: string, from: string | RegExp, to: string) => {
  const text = formatStateNote(NOTE);
  const changed = text.replace(from, () => to);
  if (changed === text) throw new Error(`nothing to replace for: ${rule}`);
  return { rule, check: 'state-note', input: inputOf(changed, 1, {}) } as const;
};

const ROOT_LINE = toBase64(ROOT_HASH);

export const INVALID_STATE_NOTES = {
  'note-key-unknown--state-time-key': bad('a time key signs no state', NOTE, { signers: [TIME] }),
  'note-key-unknown--state-next-key': bad('by a key of a set that is not there', NOTE, {
    signers: [NEXT_LOG_KEY],
  }),
  'note-key-unknown--state-old-epoch': bad('of the epoch before the newest', NOTE, {
    keySets: [FIRST, FORKED],
  }),
  'note-key-unknown--state-first-line': bad('named as in another epoch', NOTE, { named: 2 }),
  'state-malformed': swapped('255 shards', /[^\n]*\n$/, ''),
  'state-malformed--257': swapped('257 shards', /$/, `0 ${toBase64(HASH)}\n`),
  'state-malformed--first-line': swapped('not "/state"', '/state\n', '/keys\n'),
  'state-malformed--log-form': swapped('a log in capitals', LOG, 'Tenure.example/test'),
  'state-malformed--epoch': swapped('epochs begin with 1', '\n1\n8\n', '\n0\n8\n'),
  'state-malformed--size': swapped('08 for 8', '\n8\n', '\n08\n'),
  'state-malformed--size-large': swapped('2^53', '\n8\n', '\n9007199254740992\n'),
  'state-malformed--version': swapped('versions begin with 1', '\n8\n1\n', '\n8\n0\n'),
  'state-malformed--root': swapped('no root', `\n${ROOT_LINE}\n`, '\n-\n'),
  'state-malformed--root-cut': swapped(
    '31 bytes of root',
    `\n${ROOT_LINE}\n`,
    `\n${toBase64(HASH.subarray(1))}\n`,
  ),
  'state-malformed--count': swapped('a sign', '\n3 ', '\n+3 '),
  'state-malformed--hash-cut': swapped(
    '31 bytes of a head',
    /[^ ]*\n$/,
    `${toBase64(HASH.subarray(1))}\n`,
  ),
  'state-malformed--word-too-many': swapped('a word too many', /\n$/, ' -\n'),
  'state-log-mismatch': swapped('another log', '/test/', '/prod/'),
  'state-keyset': bad('a version above the newest', next({ keySetVersion: 2 })),
  'epoch-mismatch--state': bad('of an epoch that is not the newest', NOTE, {
    keySets: [FIRST, FORKED],
    named: 2,
  }),
  'epoch-mismatch--state-later': bad('of an epoch that the set does not know', next({ epoch: 2 }), {
    named: 1,
  }),
  'key-range--state': bad('by a key that is closed at its size', NOTE, {
    keySets: [FIRST, ROTATED],
  }),
  'key-range--state-void': bad('at a size that is void', next({ size: 5 }), {
    keySets: [FIRST, ROTATED],
  }),
  'key-range--state-before': bad('at a size before the first of its key', next({ size: 5 }), {
    keySets: [FIRST, ROTATED],
    signers: [NEXT_LOG_KEY],
  }),
  'state-void': bad('facts below its size are void since', NOTE, {
    keySets: [FIRST, voidFrom(2, 7)],
  }),
  'state-void--lower': bad('more is void than was known', next({ keySetVersion: 2 }), {
    keySets: [FIRST, voidFrom(2, 7), voidFrom(3, 6)],
  }),
  'state-rollback': bad('a smaller size', next({ size: 7 }), { last: NOTE }),
  'state-fork': bad('another root at the same size', next({ root: HASH }), { last: NOTE }),
} satisfies Partial<Record<FactErrorCode | `${FactErrorCode}--${string}`, RefusedCase>>;
