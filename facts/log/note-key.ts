import { concatBytes, fromBase64, toBase64, toHex, utf8 } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';
import { sha256 } from '../crypto/hash.ts';
import { createVerifier } from '../crypto/verify.ts';
import type { Verifier } from '../crypto/verify.ts';

/*
 * Keys of signed notes (C2SP signed-note; the text form is that of golang.org/x/mod/sumdb/note):
 *
 *   key hash = SHA-256(name || 0x0A || 0x01 || public key)[:4]       0x01: plain Ed25519
 *   text     = name "+" key hash, 8 hexadecimal digits "+" base64(0x01 || public key)
 */

const ED25519 = new Uint8Array([0x01]);
const KEY_BYTES = 32;
export const KEY_HASH_BYTES = 4;

/** Not empty, no Unicode space, no plus sign (C2SP signed-note, "Format"). */
const NAME = /^[^\p{White_Space}\p{Surrogate}+]+$/u;

/** A key whose signatures count. */
export type NoteVerifier = {
  name: string;
  /** 8 hexadecimal digits. Not strong: together with the name it only says which key to try. */
  keyHash: string;
  verify: Verifier;
};

/** Names of our own logs are stricter (`LOG_ORIGIN`); those of witnesses are only this. */
export const isKeyName = (name: string): boolean => NAME.test(name);

/** 4 bytes, by the key's name and its raw Ed25519 public key. */
export const keyHashOf = (name: string, publicKey: Uint8Array): Uint8Array =>
  sha256(concatBytes(utf8(`${name}\n`), ED25519, publicKey)).subarray(0, KEY_HASH_BYTES);

const invalid = (why: string): FactError => new FactError('key-invalid', why);

const assureName = (name: string): void => {
  if (!isKeyName(name)) throw invalid(`not a key name: ${JSON.stringify(name)}`);
};

/** Throws `key-invalid` for a name or a key that no note can be signed with. */
export const createNoteVerifier = (name: string, publicKey: Uint8Array): NoteVerifier => {
  assureName(name);
  return { name, keyHash: toHex(keyHashOf(name, publicKey)), verify: createVerifier(publicKey) };
};

/** `<name>+<key hash>+<base64>`: how a key is handed to those who verify. */
export const formatNoteKey = (name: string, publicKey: Uint8Array): string => {
  const { keyHash } = createNoteVerifier(name, publicKey);
  return `${name}+${keyHash}+${toBase64(concatBytes(ED25519, publicKey))}`;
};

/** Strict inverse of {@link formatNoteKey}; throws `key-invalid`. */
export const parseNoteKey = (text: string): NoteVerifier => {
  const [name = '', keyHash, ...rest] = text.split('+');
  // Base64 has plus signs of its own.
  const encoded = fromBase64(rest.join('+'));
  if (encoded?.length !== 1 + KEY_BYTES || encoded[0] !== ED25519[0]) {
    throw invalid('not an Ed25519 key of a note');
  }
  const verifier = createNoteVerifier(name, encoded.subarray(1));
  if (keyHash !== verifier.keyHash) throw invalid(`the key hash of ${name} is another`);
  return verifier;
};
