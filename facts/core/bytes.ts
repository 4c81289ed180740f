/*
 * Bytes and their text forms (RFC 4648), without Buffer: this folder also loads inside Temporal's
 * workflow sandbox, which has none. Decoders are strict: one text for one value of bytes.
 */

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64_URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NOT_IN_ALPHABET = 255;

const decodeTable = (alphabet: string): Uint8Array => {
  const table = new Uint8Array(128).fill(NOT_IN_ALPHABET);
  for (let value = 0; value < alphabet.length; value += 1) {
    table[alphabet.charCodeAt(value)] = value;
  }
  return table;
};

const BASE64_VALUES = decodeTable(BASE64);
const BASE64_URL_VALUES = decodeTable(BASE64_URL);

/** The two characters of each 12 bits. */
const pairsOf = (alphabet: string): string[] =>
  alphabet.split('').flatMap((first) => alphabet.split('').map((second) => first + second));

const BASE64_PAIRS = pairsOf(BASE64);
const BASE64_URL_PAIRS = pairsOf(BASE64_URL);

const encode = (bytes: Uint8Array, pairs: readonly string[], padded: boolean): string => {
  const whole = bytes.length - (bytes.length % 3);
  let text = '';
  for (let at = 0; at < whole; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += (pairs[group >> 12] ?? '') + (pairs[group & 0xfff] ?? '');
  }
  const left = bytes.length - whole;
  if (left === 0) return text;
  const group = ((bytes[whole] ?? 0) << 16) | ((bytes[whole + 1] ?? 0) << 8);
  text += pairs[group >> 12];
  if (left === 2) text += pairs[group & 0xfff]?.charAt(0);
  return padded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text;
};

/** undefined when a character is outside the alphabet, or bits after the last byte are not zero. */
const decode = (text: string, length: number, table: Uint8Array): Uint8Array | undefined => {
  if (length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let pending = 0;
  let bits = 0;
  let at = 0;
  for (let index = 0; index < length; index += 1) {
    const value = table[text.charCodeAt(index)] ?? NOT_IN_ALPHABET;
    if (value === NOT_IN_ALPHABET) return undefined;
    pending = ((pending << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (pending >> bits) & 0xff;
      at += 1;
    }
  }
  return (pending & ((1 << bits) - 1)) === 0 ? bytes : undefined;
};

/** Base64 with padding (RFC 4648, section 4). */
export const toBase64 = (bytes: Uint8Array): string => encode(bytes, BASE64_PAIRS, true);

/** Strict inverse of {@link toBase64}; undefined for anything it does not write. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return decode(text, text.length - padding, BASE64_VALUES);
};

/** Base64url without padding (RFC 4648, section 5). */
export const toBase64Url = (bytes: Uint8Array): string => encode(bytes, BASE64_URL_PAIRS, false);

/** Strict inverse of {@link toBase64Url}; undefined for anything it does not write. */
export const fromBase64Url = (text: string): Uint8Array | undefined =>
  decode(text, text.length, BASE64_URL_VALUES);

const HEX = '0123456789abcdef';
const HEX_VALUES = decodeTable(HEX);
const HEX_PAIRS = pairsOf(HEX);

/** Lower-case hexadecimal. */
export const toHex = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += HEX_PAIRS[byte];
  return text;
};

/** Strict: lower case, even length; undefined otherwise. */
export const fromHex = (text: string): Uint8Array | undefined => {
  if (text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    const high = HEX_VALUES[text.charCodeAt(at * 2)] ?? NOT_IN_ALPHABET;
    const low = HEX_VALUES[text.charCodeAt(at * 2 + 1)] ?? NOT_IN_ALPHABET;
    if (high === NOT_IN_ALPHABET || low === NOT_IN_ALPHABET) return undefined;
    bytes[at] = (high << 4) | low;
  }
  return bytes;
};

export const concatBytes = (...parts: readonly Uint8Array[]): Uint8Array => {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** Not constant time: for public values only. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
};

const ENCODER = new TextEncoder();

export const utf8 = (text: string): Uint8Array => ENCODER.encode(text);

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strict inverse of {@link utf8}, which keeps a byte order mark; throws for what is not UTF-8. */
export const fromUtf8 = (bytes: Uint8Array): string => DECODER.decode(bytes);
