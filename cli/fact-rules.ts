import type { FactErrorCode } from '../facts/core/errors.ts';

/** What a line of facts has to hold (facts-v1, "Checks of a reader"), by the code of its breach. */
const RULES: Partial<Record<FactErrorCode, string>> = {
  'line-malformed': 'a line is <position> <index> <envelope>',
  'envelope-malformed': 'an envelope is DSSE, in its one form',
  'payload-type-unknown': 'the payload type is that of facts, version 1',
  'signature-count': 'an envelope has exactly one signature',
  'key-unknown': 'the newest key set has the key that signed',
  'signature-invalid': 'the signature holds, by the strict profile of Ed25519',
  'payload-too-large': 'a payload has at most 16,384 bytes',
  'payload-bom': 'a payload begins with no byte order mark',
  'payload-not-utf8': 'a payload is UTF-8',
  'payload-not-json': 'a payload is JSON',
  'payload-not-compact': 'a payload has no white space between its tokens',
  'payload-too-deep': 'a payload is at most 8 levels deep',
  'payload-duplicate-key': 'no key stands twice in one object',
  'payload-number': 'numbers are integers of at most 2^53 - 1',
  'payload-string': 'strings hold no lone surrogate',
  'payload-key-order': 'a payload has exactly the keys of version 1, in their order',
  'payload-field': 'each value has the form of its field',
  'subject-mismatch': 'the subject is of its kind, and repeats what chain and body say',
  'log-mismatch': 'the fact is of the log that is followed',
  'shard-mismatch': 'the tenant belongs to the shard',
  'position-gap': 'positions of a shard are 1, 2, 3 and so on, each once',
  'index-replay': 'indexes grow from line to line',
  'key-range': 'the key counts at this index',
  'epoch-mismatch': 'the epoch is not smaller than the one before',
  'seq-replay': 'each seq of a tenant comes once',
  'seq-gap': 'no seq of a tenant is left out',
  'prev-mismatch': 'prev is the leaf hash of the tenant’s fact before',
  'body-invalid': 'the body is exactly of its kind’s shape',
};

/** A sentence for people; the code itself for what only notes break. */
export const ruleOf = (code: FactErrorCode): string => RULES[code] ?? code;
