import { expect, test } from '@jest/globals';
import { toBase64, utf8 } from '../../../facts/core/bytes.ts';
import { createSigner } from '../../../facts/crypto/sign.ts';
import {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from '../../../facts/log/checkpoint.ts';
import type { Checkpoint } from '../../../facts/log/checkpoint.ts';
import { signNote } from '../../../facts/log/note.ts';
import { createNoteVerifier } from '../../../facts/log/note-key.ts';
import { codeOf, LOG } from '../samples.ts';

const aCheckpoint = (overrides: Partial<Checkpoint> = {}): Checkpoint => ({
  origin: LOG,
  size: 7,
  root: new Uint8Array(32).fill(9),
  extensions: [],
  ...overrides,
});
const codeFor = (overrides: Partial<Checkpoint>) =>
  codeOf(() => formatCheckpoint(aCheckpoint(overrides)));

test('the example of C2SP tlog-checkpoint is read, and written byte for byte', () => {
  const text =
    'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
  const checkpoint = parseCheckpoint(text);
  expect(checkpoint).toMatchObject({
    origin: 'example.com/behind-the-sofa',
    size: 20_852_163,
    extensions: [],
  });
  expect(toBase64(checkpoint.root)).toBe('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=');
  expect(formatCheckpoint(checkpoint)).toBe(text);
});

test('what is written is read again, from the empty tree to 2^53 - 1 leaves', () => {
  for (const size of [0, 1, 255, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) {
    const checkpoint = aCheckpoint({ size, extensions: ['one', 'another line'] });
    expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint);
  }
});

test('what no reader takes is not written', () => {
  expect(codeFor({})).toBeUndefined();
  for (const wrong of [
    { origin: '' },
    { origin: 'a\n8' },
    { size: -1 },
    { size: 1.5 },
    { size: 2 ** 53 },
    { size: 1e21 },
    { root: new Uint8Array(31) },
    { extensions: [''] },
    { extensions: ['a\nb'] },
  ]) {
    expect(codeFor(wrong)).toBe('checkpoint-malformed');
  }
});

test('a signed checkpoint is opened for its own origin only', () => {
  const signer = createSigner(new Uint8Array(32).fill(1));
  const keys = [createNoteVerifier(LOG, signer.publicKey)];
  const note = utf8(signNote(formatCheckpoint(aCheckpoint()), [{ name: LOG, signer }]));
  expect(openCheckpoint(note, LOG, keys)).toEqual(aCheckpoint());
  expect(codeOf(() => openCheckpoint(note, `${LOG}/2`, keys))).toBe('checkpoint-origin-mismatch');
});
