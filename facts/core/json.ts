import { FactError } from './errors.ts';
import type { JsonValue } from './types.ts';

/*
 * JSON.parse hides what languages disagree about: repeated keys (first or last wins), numbers
 * beyond 2^53, escaped lone surrogates. This scan walks a text that JSON.parse has already
 * accepted, so it need not check the grammar, and refuses those.
 */

/** Nesting of objects and arrays; the payload's own object is 1. */
export const MAX_DEPTH = 8;

const INTEGER = /^(?:0|-?[1-9]\d{0,15})$/;
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Index behind the closing quote of the string that opens at `from`. */
const endOfString = (text: string, from: number): number => {
  let at = from + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    at += code === BACKSLASH ? 2 : 1;
  }
};

const endOfScalar = (text: string, from: number): number => {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === CLOSE_BRACKET || code === CLOSE_BRACE) break;
  }
  return at;
};

const readString = (text: string, from: number, to: number): string => {
  const raw = text.slice(from + 1, to - 1);
  if (!raw.includes('\\')) return raw;
  const value = JSON.parse(text.slice(from, to)) as string;
  if (!value.isWellFormed()) throw new FactError('payload-string', 'a lone surrogate');
  return value;
};

const checkScalar = (word: string): void => {
  if (word === 'true' || word === 'false' || word === 'null') return;
  if (/\s/.test(word)) throw new FactError('payload-not-compact', 'white space between tokens');
  if (!INTEGER.test(word) || !Number.isSafeInteger(Number(word))) {
    throw new FactError('payload-number', `${word} is no integer within 2^53 - 1`);
  }
};

/** Keys seen in each open object; undefined stands for an open array. */
type OpenScopes = (Set<string> | undefined)[];

const open = (scopes: OpenScopes, scope: Set<string> | undefined): void => {
  if (scopes.length === MAX_DEPTH) throw new FactError('payload-too-deep', `over ${MAX_DEPTH}`);
  scopes.push(scope);
};

const noteKey = (scopes: OpenScopes, key: string): void => {
  const keys = scopes.at(-1);
  if (keys?.has(key) === true) {
    throw new FactError('payload-duplicate-key', JSON.stringify(key));
  }
  keys?.add(key);
};

const scan = (text: string): void => {
  const scopes: OpenScopes = [];
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      const value = readString(text, at, end);
      // Only a key is followed by a colon; white space before it is refused in the next round.
      if (text.charCodeAt(end) === COLON) noteKey(scopes, value);
      at = end;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      open(scopes, code === OPEN_BRACE ? new Set() : undefined);
      at += 1;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      scopes.pop();
      at += 1;
    } else if (code === COMMA || code === COLON) {
      at += 1;
    } else {
      const end = endOfScalar(text, at);
      checkScalar(text.slice(at, end));
      at = end;
    }
  }
};

/** Compact JSON whose meaning is the same in every language; throws a `payload-…` code. */
export const parseStrictJson = (text: string): JsonValue => {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new FactError('payload-not-json', 'not JSON', { cause });
  }
  scan(text);
  return value;
};
