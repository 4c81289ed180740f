import { toBase64, utf8 } from '../../facts/core/bytes.ts';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { keyIdOf } from '../../facts/crypto/hash.ts';
import type { FactSigner } from '../../facts/crypto/sign.ts';
import { formatKeySet, rootName } from '../../facts/log/key-set.ts';
import type { KeyRange, KeySet } from '../../facts/log/key-set.ts';
import { formatNoteKey } from '../../facts/log/note-key.ts';
import { LOG, signer } from '../../test/sdk/support/fact-writer.ts';
import {
  aKeySet,
  LOG_KEY,
  NEXT_FACT_KEY,
  NEXT_LOG_KEY,
} from '../../test/sdk/support/log-writer.ts';
import { NEXT_ROOT, NEXT_TIME, rangeOf, ROOT } from '../../test/sdk/support/log-writer.ts';
import { signAs, TIME } from '../../test/sdk/support/log-writer.ts';
import type { LogVector, RefusedCase } from './log-vector.ts';

const SMALL_ORDER = `01${'00'.repeat(31)}`;
const LARGEST = Number.MAX_SAFE_INTEGER;
const NAME = rootName(LOG);
const HASH = new Uint8Array(32).fill(9);

type Given = {
  /** The set that is trusted; without it the pinned root is. */
  trusted?: KeySet | undefined;
  root?: FactSigner;
  signers?: FactSigner[];
};

const noteOf = (text: string, signers: FactSigner[] = [ROOT]): string =>
  toBase64(utf8(signAs(NAME, text, signers)));

const inputOf = (text: string, { trusted, root = ROOT, signers = [ROOT] }: Given) => ({
  log: LOG,
  root: formatNoteKey(NAME, root.publicKey),
  trusted: trusted === undefined ? null : noteOf(formatKeySet(trusted)),
  note: noteOf(text, signers),
});

const statedRange = ({ key, ...range }: KeyRange) => ({ keyId: keyIdOf(key), ...range });

const taken = (rule: string, set: KeySet, given: Given = {}): LogVector => ({
  rule,
  check: 'key-set',
  input: inputOf(formatKeySet(set), given),
  expect: {
    value: {
      version: set.version,
      fact: set.fact.map(statedRange),
      log: set.logKeys.map(statedRange),
      time: set.time.map(keyIdOf),
    },
  },
});

const FIRST = aKeySet();
/** Every key changed at 100. */
const ROTATED = aKeySet({
  version: 2,
  fact: [rangeOf(signer, { to: 100 }), rangeOf(NEXT_FACT_KEY, { from: 100 })],
  logKeys: [rangeOf(LOG_KEY, { to: 100 }), rangeOf(NEXT_LOG_KEY, { from: 100 })],
  time: [NEXT_TIME.publicKey],
});
const STOLEN = aKeySet({
  ...ROTATED,
  version: 3,
  fact: [rangeOf(signer, { to: 100, void: 90 }), rangeOf(NEXT_FACT_KEY, { from: 100 })],
});
const FORKED = aKeySet({
  version: 2,
  epochs: [{ epoch: 2, first: 50, size: 48, root: HASH }],
});

export const VALID_KEY_SETS: Record<string, LogVector> = {
  'key-set-first': taken('the first set, by the pinned root', FIRST),
  'key-set-rotation': taken('every key but the root is changed', ROTATED, { trusted: FIRST }),
  'key-set-root-changed': taken(
    'a new root, signed by the one before it and by itself',
    aKeySet({ version: 2, root: NEXT_ROOT.publicKey }),
    { trusted: FIRST, signers: [ROOT, NEXT_ROOT] },
  ),
  'key-set-after-root-changed': taken(
    'the root that a set brought signs the next one alone',
    aKeySet({ version: 3, root: NEXT_ROOT.publicKey }),
    {
      trusted: aKeySet({ version: 2, root: NEXT_ROOT.publicKey }),
      root: NEXT_ROOT,
      signers: [NEXT_ROOT],
    },
  ),
  'key-set-void': taken('a key is void from 90 on', STOLEN, { trusted: ROTATED }),
  'key-set-void-earlier': taken(
    'a compromise turns out to be older',
    aKeySet({
      ...STOLEN,
      version: 4,
      fact: [rangeOf(signer, { to: 100, void: 80 }), rangeOf(NEXT_FACT_KEY, { from: 100 })],
    }),
    { trusted: STOLEN },
  ),
  'key-set-void-behind-the-end': taken(
    '`void` may lie behind `to`: then nothing is void',
    aKeySet({ fact: [rangeOf(signer, { to: 100, void: 200 })] }),
  ),
  'key-set-empty-range': taken(
    'a range may be empty, and the next begin where it does',
    aKeySet({ fact: [rangeOf(signer, { to: 0 }), rangeOf(NEXT_FACT_KEY)] }),
  ),
  'key-set-gap': taken(
    'ranges may leave a gap, and numbers go to 2^53 - 1',
    aKeySet({ fact: [rangeOf(signer, { to: 7 }), rangeOf(NEXT_FACT_KEY, { from: LARGEST })] }),
  ),
  'key-set-epoch': taken('a restored backup began epoch 2', FORKED, { trusted: FIRST }),
  'key-set-time-added': taken(
    'the next time key is there before it signs',
    aKeySet({ version: 2, time: [TIME.publicKey, NEXT_TIME.publicKey] }),
    { trusted: FIRST },
  ),
  'key-set-time-dropped': taken(
    'a time key may go: what it signed counts no more',
    aKeySet({ version: 3, time: [NEXT_TIME.publicKey] }),
    { trusted: aKeySet({ version: 2, time: [TIME.publicKey, NEXT_TIME.publicKey] }) },
  ),
  'key-set-log-key-revoked': taken(
    'a log key that ends where it is void; the next counts at all sizes from there on',
    aKeySet({
      version: 2,
      logKeys: [rangeOf(LOG_KEY, { to: 40, void: 40 }), rangeOf(NEXT_LOG_KEY, { from: 40 })],
    }),
    { trusted: FIRST },
  ),
  'key-set-two-times': taken(
    'two time keys',
    aKeySet({ time: [TIME.publicKey, NEXT_TIME.publicKey] }),
  ),
};

const bad = (rule: string, text: string, given: Given = {}) =>
  ({ rule, check: 'key-set', input: inputOf(text, given) }) as const;

/** Well signed, and no key set. */
const swapped = (rule: string, from: string | RegExp, to: string, set = FIRST) => {
  const text = formatKeySet(set);
  const changed = text.replace(from, () => to);
  if (changed === text) throw new Error(`nothing to replace for: ${rule}`);
  return bad(rule, changed);
};

const follows = (rule: string, older: KeySet, newer: Partial<KeySet>) =>
  bad(rule, formatKeySet(aKeySet({ version: older.version + 1, ...newer })), { trusted: older });

const keyText = (key: FactSigner): string => toBase64(key.publicKey);
const smallOrder = toBase64(Uint8Array.from(Buffer.from(SMALL_ORDER, 'hex')));

type Code = FactErrorCode | `${FactErrorCode}--${string}`;

export const INVALID_KEY_SETS = {
  'note-key-unknown--another-root': bad('not by the trusted root', formatKeySet(FIRST), {
    signers: [NEXT_ROOT],
  }),
  'note-key-unknown--old-root': bad(
    'the root before the last has nothing to say',
    formatKeySet(aKeySet({ version: 3, root: NEXT_ROOT.publicKey })),
    { trusted: aKeySet({ version: 2, root: NEXT_ROOT.publicKey }), root: NEXT_ROOT },
  ),
  'keyset-malformed': swapped('no root', /root .*\n/, ''),
  'keyset-malformed--first-line': swapped('not "/keys"', '/keys\n', '/key\n'),
  'keyset-malformed--log-form': swapped('a log in capitals', LOG, 'Tenure.example/test'),
  'keyset-malformed--version-zero': swapped('versions begin with 1', '\n1\n', '\n0\n'),
  'keyset-malformed--version': swapped('01 for 1', '\n1\n', '\n01\n'),
  'keyset-malformed--two-roots': swapped(
    'two roots',
    '\nfact',
    `\nroot ${keyText(NEXT_ROOT)}\nfact`,
  ),
  'keyset-malformed--root-word-too-many': swapped('a word behind the root', '\nfact', ' -\nfact'),
  'keyset-malformed--no-fact-key': swapped('no fact key', /fact .*\n/, ''),
  'keyset-malformed--no-log-key': swapped('no log key', /\nlog .*\n/, '\n'),
  'keyset-malformed--no-time-key': swapped('no time key', /time .*\n/, ''),
  'keyset-malformed--order': swapped(
    'a time key before the log key',
    /(log .*\n)(time .*\n)/,
    `time ${keyText(TIME)}\nlog ${keyText(LOG_KEY)} 0 - -\n`,
  ),
  'keyset-malformed--unknown-role': swapped('a role of a later version', /$/, 'page x\n'),
  'keyset-malformed--empty-line': swapped('an empty line', '\nlog ', '\n\nlog '),
  'keyset-malformed--two-spaces': swapped('two spaces', 'fact ', 'fact  '),
  'keyset-malformed--word-missing': swapped('no void', /(?<=fact .*) -\n/, '\n'),
  'keyset-malformed--word-too-many': swapped('a word too many', 'time ', 'time - '),
  'keyset-malformed--from-open': swapped('a range without a beginning', ' 0 - -', ' - - -'),
  'keyset-malformed--number': swapped('2^53', ' 0 - -', ' 0 9007199254740992 -'),
  'keyset-malformed--range-backwards': swapped('`to` below `from`', ' 0 - -', ' 5 4 -'),
  'keyset-malformed--void-before': swapped('`void` below `from`', ' 0 - -', ' 5 - 4'),
  'keyset-malformed--overlap': swapped('ranges that overlap', '100 - -', '99 - -', ROTATED),
  'keyset-malformed--log-overlap': swapped(
    'ranges of log keys that overlap',
    /(?<=log .*) 100 - -/,
    ' 99 - -',
    ROTATED,
  ),
  'keyset-malformed--open-before-next': swapped(
    'only the last range may be open',
    '0 100 -',
    '0 - -',
    ROTATED,
  ),
  'keyset-malformed--key-twice': swapped('a key of two roles', keyText(TIME), keyText(LOG_KEY)),
  'keyset-malformed--root-is-fact-key': swapped(
    'the root among the fact keys',
    keyText(signer),
    keyText(ROOT),
  ),
  'keyset-malformed--small-order': swapped('not a strict key', keyText(TIME), smallOrder),
  'keyset-malformed--key-cut': swapped('31 bytes', keyText(TIME), toBase64(HASH.subarray(1))),
  'keyset-malformed--base64': swapped('no padding', '=\n', '\n'),
  'keyset-malformed--epoch-one': swapped('epochs begin with 2', 'epoch 2', 'epoch 1', FORKED),
  'keyset-malformed--epoch-root': swapped('no root hash', / [^ ]*\n$/, ' -\n', FORKED),
  'keyset-log-mismatch': swapped('another log', '/test/', '/prod/'),
  'keyset-version': follows('version 3 after 1', FIRST, { version: 3 }),
  'keyset-version--again': follows('version 1 again', FIRST, { version: 1 }),
  'keyset-version--first': bad('2 is not the first', formatKeySet(aKeySet({ version: 2 }))),
  'keyset-root': bad(
    'the new root has not signed',
    formatKeySet(aKeySet({ version: 2, root: NEXT_ROOT.publicKey })),
    { trusted: FIRST },
  ),
  'keyset-root--first': bad(
    'the first set brings another root that has not signed',
    formatKeySet(aKeySet({ root: NEXT_ROOT.publicKey })),
  ),
  'keyset-history': follows('a fact key is gone', FIRST, { fact: [rangeOf(NEXT_FACT_KEY)] }),
  'keyset-history--log-key': follows('a log key is gone', FIRST, {
    logKeys: [rangeOf(NEXT_LOG_KEY)],
  }),
  'keyset-history--role': follows('a fact key became a log key', FIRST, {
    fact: [rangeOf(NEXT_FACT_KEY)],
    logKeys: [rangeOf(LOG_KEY, { to: 5 }), rangeOf(signer, { from: 5 })],
  }),
  'keyset-history--from': follows('a key that begins later', FIRST, {
    fact: [rangeOf(signer, { from: 1 })],
  }),
  'keyset-history--reopened': follows('a closed key is open again', ROTATED, {
    ...ROTATED,
    version: 3,
    fact: [rangeOf(signer, { to: 100 })].map((range) => ({ ...range, to: null })),
  }),
  'keyset-history--to': follows('a closed key ends elsewhere', ROTATED, {
    ...ROTATED,
    version: 3,
    fact: [rangeOf(signer, { to: 99 }), rangeOf(NEXT_FACT_KEY, { from: 100 })],
  }),
  'keyset-history--void-later': follows('what was void is not', STOLEN, {
    ...STOLEN,
    version: 4,
    fact: [rangeOf(signer, { to: 100, void: 91 }), rangeOf(NEXT_FACT_KEY, { from: 100 })],
  }),
  'keyset-history--void-gone': follows('nothing is void any more', STOLEN, {
    ...ROTATED,
    version: 4,
  }),
  'keyset-history--epoch': follows('an epoch begins elsewhere', FORKED, {
    version: 3,
    epochs: [{ epoch: 2, first: 51, size: 48, root: HASH }],
  }),
  'keyset-history--epoch-size': follows('an epoch goes on from another size', FORKED, {
    version: 3,
    epochs: [{ epoch: 2, first: 50, size: 47, root: HASH }],
  }),
  'keyset-history--epoch-root': follows('an epoch goes on from another root', FORKED, {
    version: 3,
    epochs: [{ epoch: 2, first: 50, size: 48, root: HASH.toReversed().fill(8, 0, 1) }],
  }),
  'keyset-history--epoch-gone': follows('an epoch is gone', FORKED, { version: 3 }),
} satisfies Partial<Record<Code, RefusedCase>>;
