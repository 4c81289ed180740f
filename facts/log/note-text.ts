import { fromBase64 } from '../core/bytes.ts';
import type { FactError } from '../core/errors.ts';
import { LOG_ORIGIN, LOG_ORIGIN_MAX_CHARS } from '../core/formats.ts';

/* What the texts of our notes are made of: a title, lines, decimal numbers, base64. */

/** Hashes and Ed25519 public keys alike. */
const WORD_BYTES = 32;
const DECIMAL = /^(?:0|[1-9]\d{0,15})$/;

/** 0 to 2^53 - 1, without leading zero; undefined for anything else. */
export const parseDecimal = (text: string): number | undefined => {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
};

/** A decimal number, `least` or more; throws what `refuse` makes. */
export const numberIn = (
  text: string,
  least: number,
  refuse: (why: string) => FactError,
): number => {
  const value = parseDecimal(text);
  if (value === undefined || value < least) throw refuse(`${text} is no number`);
  return value;
};

/** 32 bytes in strict base64; undefined for anything else. */
export const parseWord = (text: string): Uint8Array | undefined => {
  const bytes = fromBase64(text);
  return bytes?.length === WORD_BYTES ? bytes : undefined;
};

/** The lines of a text that ends in a newline; none of any other. */
export const linesOfText = (text: string): string[] =>
  text.endsWith('\n') ? text.slice(0, -1).split('\n') : [];

/** The log of a first line `<log><suffix>`; undefined when it is no such line. */
export const logOfTitle = (line: string, suffix: string): string | undefined => {
  const log = line.slice(0, -suffix.length);
  const isTitle = line.endsWith(suffix) && log.length <= LOG_ORIGIN_MAX_CHARS;
  return isTitle && LOG_ORIGIN.test(log) ? log : undefined;
};
