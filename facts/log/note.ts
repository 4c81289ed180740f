import { concatBytes, fromBase64, fromUtf8, toBase64, toHex, utf8 } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';
import type { FactSigner } from '../crypto/sign.ts';
import { isKeyName, KEY_HASH_BYTES, keyHashOf } from './note-key.ts';
import type { NoteVerifier } from './note-key.ts';

/*
 * Signed note (C2SP signed-note):
 *
 *   text, one or more lines, which may be empty
 *                                                        an empty line, the last one
 *   — <name> <base64(key hash, 4 bytes || signature)>    1 to 16 of them
 *
 * Every line ends in a newline. The signature is over the text with its last newline, without the
 * empty line.
 */

/** What C2SP signed-note wants to be accepted at least. */
const MAX_SIGNATURES = 16;

const DASH = '— ';

/** Control characters below U+0020, the newline excepted. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

export type NoteSigner = { name: string; signer: FactSigner };

/** `signature`: 64 bytes, over the note's text. */
export type NoteSignature = { name: string; publicKey: Uint8Array; signature: Uint8Array };

/** What the verified signatures cover. */
export type OpenedNote = {
  /** Ends in a newline. */
  text: string;
  /** The known keys that signed it, at least one, each once. */
  signedBy: NoteVerifier[];
};

type SignatureLine = { name: string; keyHash: string; signature: Uint8Array };

const malformed = (why: string, cause?: unknown): FactError =>
  new FactError('note-malformed', why, { cause });

const decode = (note: Uint8Array): string => {
  try {
    return fromUtf8(note);
  } catch (cause) {
    throw malformed('not UTF-8', cause);
  }
};

const parseSignatureLine = (line: string): SignatureLine => {
  const [name = '', encoded = '', ...more] = line.slice(DASH.length).split(' ');
  const bytes = fromBase64(encoded);
  if (!line.startsWith(DASH) || more.length > 0 || !isKeyName(name) || bytes === undefined) {
    throw malformed('not a signature line');
  }
  if (bytes.length <= KEY_HASH_BYTES) throw malformed('an empty signature');
  const keyHash = toHex(bytes.subarray(0, KEY_HASH_BYTES));
  return { name, keyHash, signature: bytes.subarray(KEY_HASH_BYTES) };
};

type ParsedNote = { text: string; lines: SignatureLine[] };

const parseWhole = (whole: string): ParsedNote => {
  if (CONTROL.test(whole)) throw malformed('a control character');
  const emptyLine = whole.lastIndexOf('\n\n');
  const signatures = whole.slice(emptyLine + 2);
  if (emptyLine === -1 || !signatures.endsWith('\n')) throw malformed('no signatures at its end');
  const lines = signatures.slice(0, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw malformed(`${lines.length} signatures`);
  return { text: whole.slice(0, emptyLine + 1), lines: lines.map(parseSignatureLine) };
};

const parseNote = (note: Uint8Array): ParsedNote => parseWhole(decode(note));

/** Whose signatures a note claims to have, by the names of their keys; looks at no signature. */
export const namesInNote = (note: Uint8Array): string[] =>
  parseNote(note).lines.map(({ name }) => name);

/** Text of a note that was opened before, e.g. of one that is kept; looks at no signature. */
export const textOfNote = (note: Uint8Array): string => parseNote(note).text;

/** Which keys say that they signed such a note; looks at no signature either. */
export const signersOfNote = (note: Uint8Array): Pick<NoteVerifier, 'name' | 'keyHash'>[] =>
  parseNote(note).lines.map(({ name, keyHash }) => ({ name, keyHash }));

/**
 * The text of a note, once a known key has signed it; throws a `note-…` FactError. Signatures of
 * unknown keys are ignored, a wrong one of a known key refuses the note.
 */
export const openNote = (note: Uint8Array, known: readonly NoteVerifier[]): OpenedNote => {
  const { text, lines } = parseNote(note);
  const signed = utf8(text);
  const signedBy = new Set<NoteVerifier>();
  for (const { name, keyHash, signature } of lines) {
    const verifier = known.find((key) => key.name === name && key.keyHash === keyHash);
    if (verifier === undefined) continue;
    if (!verifier.verify(signed, signature)) {
      throw new FactError('note-signature-invalid', `by ${name}`);
    }
    signedBy.add(verifier);
  }
  if (signedBy.size === 0) throw new FactError('note-key-unknown', 'no known key signed it');
  return { text, signedBy: [...signedBy] };
};

const formatSignatureLine = ({ name, publicKey, signature }: NoteSignature): string =>
  `${DASH}${name} ${toBase64(concatBytes(keyHashOf(name, publicKey), signature))}\n`;

/**
 * The note with these signatures over its text. Throws `note-malformed` for a text, a name or a
 * number of them that a reader would refuse: nothing refusable is handed out.
 */
export const formatNote = (text: string, signatures: readonly NoteSignature[]): string => {
  const note = `${text}\n${signatures.map(formatSignatureLine).join('')}`;
  if (!note.isWellFormed() || parseWhole(note).text !== text) {
    throw malformed('no text or name of a note');
  }
  return note;
};

/** {@link formatNote}, with a signature by each signer. */
export const signNote = (text: string, signers: readonly NoteSigner[]): string => {
  const message = utf8(text);
  const signatures = signers.map(({ name, signer }) => ({
    ...{ name, publicKey: signer.publicKey },
    signature: signer.sign(message),
  }));
  return formatNote(text, signatures);
};
