import { sha256 } from '../../facts/crypto/hash.ts';
import { utf8 } from '../../facts/core/bytes.ts';

/** 32-bit words of a key: tenant (4), subject (6), form of the subject (1). */
export const KEY_WORDS = 11;

const UUID_CHARS = 36;
const HYPHEN = 0x2d;
/** Above every digit's value; survives the OR over a whole UUID. */
const NO_DIGIT = 0x80;
const SUBJECT = 4;
const SUBJECT_WORDS = 6;
const FORM = 10;
/** Forms between these two are texts: their length. */
const FORM_UUID = 0;
const FORM_HASHED = 255;
const MAX_TEXT_CHARS = SUBJECT_WORDS * 4;

/** One entry for each UTF-16 code, so that no look-up needs a bounds check. */
const DIGITS = new Uint8Array(2 ** 16).fill(NO_DIGIT);
for (let value = 0; value < 16; value += 1) DIGITS[value.toString(16).charCodeAt(0)] = value;

const digit = (text: string, at: number): number => DIGITS[text.charCodeAt(at)] as number;

/** Digits seen since it was cleared: one flag instead of a branch at each of 32. */
let seen = 0;

const half = (text: string, at: number): number => {
  const a = digit(text, at);
  const b = digit(text, at + 1);
  const c = digit(text, at + 2);
  const d = digit(text, at + 3);
  seen |= a | b | c | d;
  return (a << 12) | (b << 8) | (c << 4) | d;
};

const hasHyphens = (text: string): boolean =>
  text.charCodeAt(8) === HYPHEN &&
  text.charCodeAt(13) === HYPHEN &&
  text.charCodeAt(18) === HYPHEN &&
  text.charCodeAt(23) === HYPHEN;

/** The 128 bits of a UUID in lower case, as four words from `to` on; false for any other text. */
const writeUuid = (text: string, words: Uint32Array, to: number): boolean => {
  if (text.length !== UUID_CHARS || !hasHyphens(text)) return false;
  seen = 0;
  words[to] = (half(text, 0) << 16) | half(text, 4);
  words[to + 1] = (half(text, 9) << 16) | half(text, 14);
  words[to + 2] = (half(text, 19) << 16) | half(text, 24);
  words[to + 3] = (half(text, 28) << 16) | half(text, 32);
  return seen < NO_DIGIT;
};

/** A short text of one-byte characters, as it is; false for any other. */
const writeText = (text: string, words: Uint32Array, to: number): boolean => {
  const { length } = text;
  if (length === 0 || length > MAX_TEXT_CHARS) return false;
  let codes = 0;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    codes |= code;
    words[to + (at >> 2)] = ((words[to + (at >> 2)] as number) << 8) | code;
  }
  return codes < 256;
};

const writeHash = (text: string, words: Uint32Array, to: number): void => {
  const digest = sha256(utf8(text));
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  for (let at = 0; at < SUBJECT_WORDS; at += 1) words[to + at] = view.getUint32(at * 4);
};

/**
 * Tenant and subject in fixed width, so that a look-up compares words in one cache line instead of
 * following texts through memory. A UUID and a short text stand for themselves, any other subject
 * by 192 bits of its SHA-256, each in a form of its own. False when the tenant is no UUID: no fact
 * is about such a one.
 */
export const writeKey = (tenant: string, sub: string, words: Uint32Array): boolean => {
  if (!writeUuid(tenant, words, 0)) return false;
  if (writeUuid(sub, words, SUBJECT)) {
    words[SUBJECT + 4] = 0;
    words[SUBJECT + 5] = 0;
    words[FORM] = FORM_UUID;
    return true;
  }
  words.fill(0, SUBJECT, FORM);
  if (writeText(sub, words, SUBJECT)) {
    words[FORM] = sub.length;
    return true;
  }
  writeHash(sub, words, SUBJECT);
  words[FORM] = FORM_HASHED;
  return true;
};
