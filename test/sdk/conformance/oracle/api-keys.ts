import { createHash } from 'node:crypto';

/* API keys by facts-v1, "Kinds": base32 as a string of bits. */

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const KEY = /^(?<start>tenure_(?<secret>[a-z2-7]{39}))(?<check>[a-z2-7]{7})$/;
/** 39 characters are 195 bits; a secret has 192. */
const UNUSED = /000$/;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

const bitsOf = (numbers: Iterable<number>, width: number): string =>
  [...numbers].map((number) => number.toString(2).padStart(width, '0')).join('');

/** The seven characters behind a key's start: 32 bits, and three that are zero. */
export const checkOf = (start: string): string => {
  const bits = bitsOf(sha256(`tenure-api-key-check\0${start}`).subarray(0, 4), 8);
  const fives = `${bits}000`.match(/.{5}/g) ?? [];
  return fives.map((five) => ALPHABET.charAt(Number.parseInt(five, 2))).join('');
};

/** The hash by which a key is found, base64url; undefined: no key. */
export const hashOfKey = (text: string): string | undefined => {
  const { start = '', secret = '', check } = KEY.exec(text)?.groups ?? {};
  const bits = bitsOf(
    secret.split('').map((char) => ALPHABET.indexOf(char)),
    5,
  );
  const holds = UNUSED.test(bits) && check === checkOf(start);
  return holds ? sha256(`tenure-api-key\0${text}`).toString('base64url') : undefined;
};
