import { createHash } from 'node:crypto';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { formatApiKey } from '../../facts/crypto/api-key.ts';
import type { LogVector, RefusedCase } from './log-vector.ts';

const KEY = formatApiKey(Uint8Array.from({ length: 24 }, (_, at) => at * 11));

/** By no code of ours but the key's text. */
const hashOf = (key: string): string =>
  createHash('sha256').update(`tenure-api-key\0${key}`).digest('base64url');

const known = (rule: string, key: string): LogVector => ({
  rule,
  check: 'api-key',
  input: { key },
  expect: { value: { hash: hashOf(key) } },
});

export const VALID_API_KEYS: Record<string, LogVector> = {
  'api-key': known('24 bytes of secret', KEY),
  'api-key-zeros': known('a secret of zeros', formatApiKey(new Uint8Array(24))),
  'api-key-ones': known('a secret of ones', formatApiKey(new Uint8Array(24).fill(0xff))),
};

const bad = (rule: string, key: string) => ({ rule, check: 'api-key', input: { key } }) as const;

/** The check of any text, as the specification has it. */
const checked = (start: string): string => {
  const digest = createHash('sha256').update(`tenure-api-key-check\0${start}`).digest();
  const bits = [...digest.subarray(0, 4)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = `${bits}000`.match(/.{5}/g) ?? [];
  const letters = groups.map((group) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(group, 2)]);
  return start + letters.join('');
};

const SECRET_END = 'tenure_'.length + 39;
const secretOf = (key: string): string => key.slice(0, SECRET_END);
if (checked(secretOf(KEY)) !== KEY) throw new Error('the two ways to make a check disagree');

export const INVALID_API_KEYS = {
  'api-key-malformed': bad(
    'a character of the secret changed',
    KEY.replace(/(?<=_.{10})./, (old) => (old === 'a' ? 'b' : 'a')),
  ),
  'api-key-malformed--check': bad(
    'a character of the check changed',
    KEY.replace(/.$/, (old) => (old === 'a' ? 'i' : 'a')),
  ),
  'api-key-malformed--empty': bad('nothing', ''),
  'api-key-malformed--cut': bad('a character missing', KEY.slice(0, -1)),
  'api-key-malformed--line-end': bad('a line end', `${KEY}\n`),
  'api-key-malformed--prefix': bad(
    'another prefix, with its check',
    checked(secretOf(KEY).replace('tenure_', 'tenant_')),
  ),
  'api-key-malformed--upper-case': bad('capitals', `tenure_${KEY.slice(7).toUpperCase()}`),
  'api-key-malformed--alphabet': bad(
    'a character that base32 has not, with its check',
    checked(secretOf(KEY).replace(/(?<=_.{5})./, '1')),
  ),
  'api-key-malformed--unused-bits': bad(
    'unused bits that are not zero, with their check',
    checked(`${secretOf(KEY).slice(0, -1)}b`),
  ),
  'api-key-malformed--other-script': bad(
    'a letter that looks like one of ours',
    KEY.replace('tenure', 'tеnure'),
  ),
} satisfies Partial<Record<FactErrorCode | `${FactErrorCode}--${string}`, RefusedCase>>;
