import { toBase64Url, utf8 } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';
import { sha256 } from './hash.ts';

/*
 * Text and hash of an API key (facts-v1, "Kinds"):
 *
 *   api key = "tenure_" secret check                    39 and 7 characters of base32, lower case
 *   secret  = base32(24 random bytes)
 *   check   = base32(first 4 bytes of SHA-256("tenure-api-key-check" || 0x00 || "tenure_" secret))
 *   hash    = SHA-256("tenure-api-key" || 0x00 || api key)
 */

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const PREFIX = 'tenure_';
const SECRET_BYTES = 24;
const SECRET_CHARS = 39;
const CHECK_BYTES = 4;
const CHARS = PREFIX.length + SECRET_CHARS + 7;

/** RFC 4648, section 6, without padding, in lower case. */
const toBase32 = (bytes: Uint8Array): string => {
  let text = '';
  let [pending, bits] = [0, 0];
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32.charAt((pending >> (bits - 5)) & 31);
  }
  return bits === 0 ? text : text + BASE32.charAt((pending << (5 - bits)) & 31);
};

const checkOf = (start: string): string =>
  toBase32(sha256(utf8(`tenure-api-key-check\0${start}`)).subarray(0, CHECK_BYTES));

/** The last character of a secret holds two bits, so that three of its five are zero. */
const SECRET = /^[a-z2-7]{38}[aiqy]$/;

/** The key's text, shown once. `secret`: 24 random bytes. */
export const formatApiKey = (secret: Uint8Array): string => {
  if (secret.length !== SECRET_BYTES) throw new RangeError(`a secret of ${secret.length} bytes`);
  const start = PREFIX + toBase32(secret);
  return start + checkOf(start);
};

/**
 * Hash by which a key is looked up, base64url. Throws `api-key-malformed` for what is no key, so
 * that a slip of the hand costs no look-up; its message never has the text in it.
 */
export const hashOfApiKey = (key: unknown): string => {
  if (typeof key !== 'string' || key.length !== CHARS || !key.startsWith(PREFIX)) {
    throw new FactError('api-key-malformed', `not ${CHARS} characters that begin with ${PREFIX}`);
  }
  const start = key.slice(0, PREFIX.length + SECRET_CHARS);
  if (!SECRET.test(start.slice(PREFIX.length)) || key !== start + checkOf(start)) {
    throw new FactError('api-key-malformed', 'its check does not fit: a character is wrong');
  }
  return toBase64Url(sha256(utf8(`tenure-api-key\0${key}`)));
};
