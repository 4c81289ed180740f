import { describe, expect, test } from '@jest/globals';
import { fromBase64, toBase64, utf8 } from '../../../facts/core/bytes.ts';
import { createSigner } from '../../../facts/crypto/sign.ts';
import { openNote, signNote } from '../../../facts/log/note.ts';
import { createNoteVerifier, formatNoteKey, parseNoteKey } from '../../../facts/log/note-key.ts';
import { codeOf } from '../samples.ts';

const aSigner = (name: string, seed: number) => ({
  name,
  signer: createSigner(new Uint8Array(32).fill(seed)),
});
const log = aSigner('tenure.example/test', 1);
const witness = aSigner('witness.example/w1', 2);
const verifierOf = ({ name, signer }: typeof log) => createNoteVerifier(name, signer.publicKey);
const open = (note: string, ...known: (typeof log)[]) =>
  openNote(utf8(note), known.map(verifierOf));

// From the package comment of golang.org/x/mod/sumdb/note.
const PETER_SEED = fromBase64('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz')!.subarray(1);
const PETER_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_TEXT =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n";
const PETER_NOTE =
  `${PETER_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ` +
  'SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

describe('the example of Go', () => {
  const signer = createSigner(PETER_SEED);

  test('is opened by its key', () => {
    const { text, signedBy } = openNote(utf8(PETER_NOTE), [parseNoteKey(PETER_KEY)]);
    expect(text).toBe(PETER_TEXT);
    expect(signedBy.map(({ keyHash }) => keyHash)).toEqual(['c74f20a3']);
  });

  test('is made byte for byte, key and note', () => {
    expect(formatNoteKey('PeterNeumann', signer.publicKey)).toBe(PETER_KEY);
    expect(signNote(PETER_TEXT, [{ name: 'PeterNeumann', signer }])).toBe(PETER_NOTE);
  });
});

test('a key whose base64 has a plus sign is read whole', () => {
  const key = 'TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6';
  expect(parseNoteKey(key)).toMatchObject({ name: 'TEST', keyHash: '7997405c' });
});

test('what is signed is opened again, also with empty lines and other scripts in it', () => {
  for (const text of ['one\n', '\n', '\n\n', 'a\n\nb\n', '— no signature\n', 'città ✓\n']) {
    expect(open(signNote(text, [log]), log).text).toBe(text);
  }
});

test('every change of one byte of the text is refused', () => {
  const note = utf8(signNote('origin\n7\n', [log]));
  for (let at = 0; at < 'origin\n7'.length; at += 1) {
    const mutant = Uint8Array.from(note);
    mutant[at] = mutant[at]! ^ 1;
    expect(codeOf(() => openNote(mutant, [verifierOf(log)]))).toMatch(/^note-/);
  }
});

test('every change of one bit of a signature line is refused', () => {
  const note = utf8(signNote('x\n', [log]));
  for (let at = 'x\n\n'.length; at < note.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const mutant = Uint8Array.from(note);
      mutant[at] = mutant[at]! ^ (1 << bit);
      expect(codeOf(() => openNote(mutant, [verifierOf(log)]))).toMatch(/^note-/);
    }
  }
});

test('only known keys are named as signers, each once', () => {
  const note = signNote('x\n', [witness, log]);
  expect(open(note, log).signedBy.map(({ name }) => name)).toEqual([log.name]);
  expect(open(note, log, witness).signedBy).toHaveLength(2);
  const twice = signNote('x\n', [log, log]);
  expect(open(twice, log).signedBy).toHaveLength(1);
});

test('a wrong signature by a known key refuses the note, by an unknown key it does not', () => {
  const [line = ''] = signNote('other\n', [witness]).split('\n\n').slice(1);
  const note = signNote('x\n', [log]) + line;
  expect(codeOf(() => open(note, log, witness))).toBe('note-signature-invalid');
  expect(codeOf(() => open(note, log))).toBeUndefined();
});

test('what a reader would refuse is not signed', () => {
  const sign = (text: string, ...signers: (typeof log)[]) => codeOf(() => signNote(text, signers));
  expect(sign('x\n', log)).toBeUndefined();
  expect(sign('no newline', log)).toBe('note-malformed');
  expect(sign('', log)).toBe('note-malformed');
  // Without its last newline, this would be the text `a` with one signature more.
  expect(sign(signNote('a\n', [log]).slice(0, -1), witness)).toBe('note-malformed');
  expect(sign('a\r\n', log)).toBe('note-malformed');
  expect(sign('\ud800\n', log)).toBe('note-malformed');
  expect(sign('x\n')).toBe('note-malformed');
  expect(sign('x\n', ...Array.from({ length: 17 }, () => log))).toBe('note-malformed');
  for (const name of ['', 'a b', 'a+b', 'a\nb', 'a\u2003b', 'a\ud800']) {
    expect(sign('x\n', { ...log, name })).toBe('note-malformed');
    expect(codeOf(() => createNoteVerifier(name, log.signer.publicKey))).toBe('key-invalid');
  }
});

test('a verifier key is taken in its one form only', () => {
  const key = formatNoteKey(log.name, log.signer.publicKey);
  expect(codeOf(() => parseNoteKey(key))).toBeUndefined();
  for (const text of ['', log.name, `${key}=`, ` ${key}`, `${key}\n`, key.replace('+', '++')]) {
    expect(codeOf(() => parseNoteKey(text))).toBe('key-invalid');
  }
  const [, hash] = key.split('+');
  const short = toBase64(Uint8Array.of(1, 2, 3));
  expect(codeOf(() => parseNoteKey(`${log.name}+${hash}+${short}`))).toBe('key-invalid');
});
