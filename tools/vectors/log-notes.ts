import { concatBytes, toBase64, toHex, utf8 } from '../../facts/core/bytes.ts';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { createSigner } from '../../facts/crypto/sign.ts';
import { formatCheckpoint } from '../../facts/log/checkpoint.ts';
import { EMPTY_ROOT } from '../../facts/log/hashes.ts';
import { signNote } from '../../facts/log/note.ts';
import type { NoteSigner } from '../../facts/log/note.ts';
import { formatNoteKey, keyHashOf } from '../../facts/log/note-key.ts';
import type { LogVector, RefusedCase } from './log-vector.ts';

const ORIGIN = 'tenure.example/test';
const ROOT = EMPTY_ROOT.map((byte) => byte ^ 0xff);

const signerOf = (name: string, seed: number): NoteSigner => ({
  name,
  signer: createSigner(new Uint8Array(32).fill(seed)),
});
const LOG = signerOf(ORIGIN, 1);
const WITNESS = signerOf('witness.example/w1', 2);
const STRANGER = signerOf('stranger.example', 3);

const keyOf = ({ name, signer }: NoteSigner): string => formatNoteKey(name, signer.publicKey);
const idOf = ({ name, signer }: NoteSigner): string =>
  `${name}+${toHex(keyHashOf(name, signer.publicKey))}`;

/** The example of golang.org/x/mod/sumdb/note, made and signed by its authors. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETERS_TEXT =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n";
const PETERS_NOTE =
  `${PETERS_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ` +
  'SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

const TEXT = 'a line\n\nanother, behind an empty one: ✓\n';

const note = (text: string, keys: readonly NoteSigner[] = [LOG]) => ({
  note: toBase64(utf8(text)),
  keys: keys.map(keyOf),
});

const signed = (rule: string, signers: NoteSigner[], known: NoteSigner[]): LogVector => ({
  rule,
  check: 'note',
  input: note(signNote(TEXT, signers), known),
  expect: {
    value: { text: TEXT, signedBy: signers.filter((one) => known.includes(one)).map(idOf) },
  },
});

const checkpointOf = (size: number, root: Uint8Array, extensions: string[] = []): string =>
  formatCheckpoint({ origin: ORIGIN, size, root, extensions });

const checkpoint = (text: string, signers = [LOG]) => ({
  ...note(signNote(text, signers)),
  origin: ORIGIN,
});

const stated = (rule: string, size: number, root: Uint8Array, extensions: string[]): LogVector => ({
  rule,
  check: 'checkpoint',
  input: checkpoint(checkpointOf(size, root, extensions), [LOG, WITNESS]),
  expect: { value: { origin: ORIGIN, size, root: toHex(root), extensions } },
});

export const VALID_NOTES: Record<string, LogVector> = {
  'note-key-go': {
    rule: 'a key of golang.org/x/mod/sumdb/note',
    check: 'note-key',
    input: { key: PETER },
    expect: { value: { name: 'PeterNeumann', keyHash: 'c74f20a3' } },
  },
  'note-go': {
    rule: 'the example of golang.org/x/mod/sumdb/note',
    check: 'note',
    input: { note: toBase64(utf8(PETERS_NOTE)), keys: [PETER] },
    expect: { value: { text: PETERS_TEXT, signedBy: ['PeterNeumann+c74f20a3'] } },
  },
  'note-one-signature': signed('a text with an empty line within', [LOG], [LOG]),
  'note-two-known': signed('two known keys', [LOG, WITNESS], [LOG, WITNESS]),
  'note-unknown-ignored': signed('unknown keys do no harm', [STRANGER, LOG, WITNESS], [LOG]),
  'note-sixteen-signatures': signed(
    'sixteen signatures',
    [...Array.from({ length: 15 }, (_, at) => signerOf(`w${at}.example`, at + 10)), LOG],
    [LOG],
  ),
  'checkpoint-empty': stated('the empty tree', 0, EMPTY_ROOT, []),
  checkpoint: stated('a tree', 20_852_163, ROOT, []),
  'checkpoint-largest': stated('the largest size', Number.MAX_SAFE_INTEGER, ROOT, []),
  'checkpoint-extensions': stated('lines of other authors', 1, ROOT, ['one', ' two']),
};

const NOTE = signNote(TEXT, [LOG]);
const SIGNATURE = (NOTE.split('\n').at(-2) ?? '').split(' ').at(-1) ?? '';
const CHECKPOINT = checkpointOf(8, ROOT);

const bad = (rule: string, text: string, keys?: NoteSigner[]) =>
  ({ rule, check: 'note', input: note(text, keys) }) as const;

const swapped = (rule: string, from: string | RegExp, to: string) => {
  const changed = NOTE.replace(from, () => to);
  if (changed === NOTE) throw new Error(`nothing to replace for: ${rule}`);
  return bad(rule, changed);
};

/** Well signed, and no checkpoint. */
const unstated = (rule: string, from: string | RegExp, to: string) => {
  const changed = CHECKPOINT.replace(from, () => to);
  if (changed === CHECKPOINT) throw new Error(`nothing to replace for: ${rule}`);
  return { rule, check: 'checkpoint', input: checkpoint(changed) } as const;
};

const badKey = (rule: string, key: string) =>
  ({ rule, check: 'note-key', input: { key } }) as const;

const smallOrder = concatBytes(Uint8Array.of(1, 1), new Uint8Array(31));
const identityHash = toHex(keyHashOf('a', smallOrder.subarray(1)));

type Code = FactErrorCode | `${FactErrorCode}--${string}`;

export const INVALID_NOTES = {
  'key-invalid': badKey('a key hash of another key', PETER.replace('c74f20a3', 'c74f20a4')),
  'key-invalid--upper-case': badKey('a key hash in capitals', PETER.replace('c7', 'C7')),
  'key-invalid--algorithm': badKey('a type that is not 0x01', PETER.replace('+AR', '+BR')),
  'key-invalid--cut': badKey('31 bytes', PETER.replace('10TW', '')),
  'key-invalid--no-name': badKey('no name', PETER.replace('PeterNeumann', '')),
  'key-invalid--space': badKey('a space in the name', PETER.replace('rN', 'r N')),
  'key-invalid--small-order': badKey(
    'the key that everybody can sign for',
    `a+${identityHash}+${toBase64(smallOrder)}`,
  ),
  'note-malformed': bad('no signature', TEXT),
  'note-malformed--no-line-end': bad('without the last newline', NOTE.slice(0, -1)),
  'note-malformed--empty-line-last': bad('an empty line behind the signatures', `${NOTE}\n`),
  'note-malformed--hyphen': swapped('a hyphen for the dash', '— ', '- '),
  'note-malformed--no-name': swapped('no name', `— ${ORIGIN} `, '— '),
  'note-malformed--plus': swapped('a plus sign in the name', 'tenure.', 'tenure+'),
  'note-malformed--two-spaces': swapped('two spaces', `${ORIGIN} `, `${ORIGIN}  `),
  'note-malformed--no-break-space': swapped('a Unicode space in the name', 'e.e', 'e\u00a0e'),
  'note-malformed--next-line': swapped('U+0085 is a space too', 'e.e', 'e\u0085e'),
  'note-malformed--base64': swapped('no padding', '=\n', '\n'),
  'note-malformed--base64url': swapped(
    'not the base64 of RFC 4648, 4',
    / (\S\S)(\S+\n)$/,
    ' -_x\n',
  ),
  'note-malformed--empty-signature': swapped('a key hash alone', SIGNATURE, 'AAAAAA=='),
  'note-malformed--carriage-return': swapped('a carriage return', 'a line', 'a line\r'),
  'note-malformed--tabulator': swapped('a tabulator', 'a line', 'a\tline'),
  'note-malformed--seventeen': bad(
    'seventeen signatures',
    NOTE + `— stranger.example ${SIGNATURE}\n`.repeat(16),
  ),
  'note-malformed--not-utf8': {
    rule: 'a byte that is not UTF-8',
    check: 'note',
    input: {
      ...note(NOTE),
      note: toBase64(concatBytes(Uint8Array.of(0xff), utf8(NOTE))),
    },
  },
  'note-malformed--before-signatures': swapped(
    'the form of all lines is checked before any signature',
    /$/,
    '— no signature\n',
  ),
  'note-signature-invalid': swapped('another text', 'a line', 'a lime'),
  'note-signature-invalid--byte-order-mark': bad('a byte order mark is text', `\ufeff${NOTE}`),
  'note-signature-invalid--cut': swapped(
    '63 bytes',
    SIGNATURE,
    toBase64(concatBytes(keyHashOf(ORIGIN, LOG.signer.publicKey), new Uint8Array(63))),
  ),
  'note-signature-invalid--one-of-two': bad(
    'one good signature does not make up for a wrong one by a known key',
    `${NOTE}— ${WITNESS.name} ${toBase64(
      concatBytes(keyHashOf(WITNESS.name, WITNESS.signer.publicKey), new Uint8Array(64)),
    )}\n`,
    [LOG, WITNESS],
  ),
  'note-signature-invalid--second': bad(
    'each signature of a known key must hold, not the first alone',
    `${NOTE}— ${ORIGIN} ${toBase64(
      concatBytes(keyHashOf(ORIGIN, LOG.signer.publicKey), new Uint8Array(64)),
    )}\n`,
  ),
  'note-key-unknown': bad('an unknown key', NOTE, [WITNESS]),
  'note-key-unknown--no-keys': bad('no key is known', NOTE, []),
  'note-key-unknown--name-alone': bad('a known name with another key', NOTE, [
    { ...WITNESS, name: ORIGIN },
  ]),
  'checkpoint-malformed': unstated('no root', /[^\n]*\n$/, ''),
  'checkpoint-malformed--no-origin': unstated('an empty origin', ORIGIN, ''),
  'checkpoint-malformed--leading-zero': unstated('08 for 8', '\n8\n', '\n08\n'),
  'checkpoint-malformed--sign': unstated('a sign', '\n8\n', '\n+8\n'),
  'checkpoint-malformed--hexadecimal': unstated('not decimal', '\n8\n', '\n0x8\n'),
  'checkpoint-malformed--size': unstated('2^53', '\n8\n', '\n9007199254740992\n'),
  'checkpoint-malformed--root-cut': unstated(
    '31 bytes of root',
    /\n[^\n]*\n$/,
    `\n${toBase64(new Uint8Array(31))}\n`,
  ),
  'checkpoint-malformed--root-padding': unstated('a root without padding', '=\n', '\n'),
  'checkpoint-malformed--empty-extension': unstated('an empty extension line', /$/, '\nx\n'),
  'checkpoint-origin-mismatch': unstated('another log', '/test', '/prod'),
  'checkpoint-origin-mismatch--epoch': unstated('another epoch', '/test', '/test/2'),
  'note-key-unknown--witness': {
    rule: 'a witness alone makes no checkpoint',
    check: 'checkpoint',
    input: checkpoint(checkpointOf(8, ROOT), [WITNESS]),
  },
} satisfies Partial<Record<Code, RefusedCase>>;
