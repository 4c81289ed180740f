import { checkBody } from './bodies.ts';
import { fromUtf8, utf8 } from './bytes.ts';
import { FactError } from './errors.ts';
import { isHash, isInstant, KIND, LOG_ORIGIN, LOG_ORIGIN_MAX_CHARS } from './formats.ts';
import { OPAQUE_ID, SUBJECT, UUID } from './formats.ts';
import { parseStrictJson } from './json.ts';
import { checkSubject } from './subject.ts';
import type { Fact, JsonObject, JsonValue } from './types.ts';

/*
 * Payload, version 1 (DESIGN 3): compact JSON, UTF-8, exactly these keys in this order.
 *
 *   {"log":"tenure.example/prod","epoch":1,"tenant":"…uuid…","seq":1,"prev":"…base64url…",
 *    "id":"…uuid…","kind":"membership","subject":"member:…uuid…","op":"assert",
 *    "at":"2026-11-21T01:34:34.000Z","cause":{"operation":"…uuid…","actor":"…"},"body":{…}}
 */

/** Bytes of a payload, checked by writer and reader (DESIGN 3). */
export const MAX_PAYLOAD_BYTES = 16 * 1024;

const KEYS = 'log epoch tenant seq prev id kind subject op at cause body'.split(' ');
const CAUSE_KEYS = ['operation', 'actor'];

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Exactly these, in this order. */
const hasKeys = (value: JsonObject, names: readonly string[]): boolean => {
  const keys = Object.keys(value);
  return keys.length === names.length && names.every((name, at) => keys[at] === name);
};

const isText = (value: JsonValue | undefined, format: RegExp): boolean =>
  typeof value === 'string' && format.test(value);

const isCount = (value: JsonValue | undefined): boolean => typeof value === 'number' && value >= 1;

const isCause = (value: JsonValue | undefined): boolean =>
  isObject(value) &&
  hasKeys(value, CAUSE_KEYS) &&
  isText(value['operation'], UUID) &&
  isText(value['actor'], OPAQUE_ID);

const isLog = (value: JsonValue | undefined): boolean =>
  isText(value, LOG_ORIGIN) && String(value).length <= LOG_ORIGIN_MAX_CHARS;

const FIELDS: Record<keyof Fact, (value: JsonValue | undefined) => boolean> = {
  log: isLog,
  epoch: isCount,
  tenant: (value) => isText(value, UUID),
  seq: isCount,
  prev: (value) => typeof value === 'string' && isHash(value),
  id: (value) => isText(value, UUID),
  kind: (value) => isText(value, KIND),
  subject: (value) => isText(value, SUBJECT),
  op: (value) => value === 'assert' || value === 'retract',
  at: (value) => typeof value === 'string' && isInstant(value),
  cause: isCause,
  body: isObject,
};

const FIELD_CHECKS = Object.entries(FIELDS);

const decodeUtf8 = (bytes: Uint8Array): string => {
  if (bytes.length > MAX_PAYLOAD_BYTES) {
    throw new FactError('payload-too-large', `${bytes.length} bytes`);
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new FactError('payload-bom', 'starts with a byte order mark');
  }
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw new FactError('payload-not-utf8', 'not UTF-8', { cause });
  }
};

/**
 * The fact that these bytes state, or a `payload-…` or `subject-mismatch` FactError. Only bytes
 * whose signature was verified may come here (DESIGN 3: verify first, parse the same buffer).
 * The body's shape is {@link checkBody}'s matter: unknown kinds have none.
 */
export const parsePayload = (bytes: Uint8Array): Fact => {
  const value = parseStrictJson(decodeUtf8(bytes));
  if (!isObject(value) || !hasKeys(value, KEYS)) {
    throw new FactError('payload-key-order', `keys are not exactly: ${KEYS.join(' ')}`);
  }
  for (const [name, holds] of FIELD_CHECKS) {
    if (!holds(value[name])) throw new FactError('payload-field', name);
  }
  // Every member was checked above; the type says so from here on.
  const fact = value as unknown as Fact;
  checkSubject(fact);
  return fact;
};

/** The payload's bytes. Throws what a reader would: nothing refusable is ever stored or signed. */
export const encodePayload = (fact: Fact): Uint8Array => {
  const { cause, kind, op, body } = fact;
  // JSON.stringify writes members in the order they are named here.
  const ordered: Fact = {
    log: fact.log,
    epoch: fact.epoch,
    tenant: fact.tenant,
    seq: fact.seq,
    prev: fact.prev,
    id: fact.id,
    kind,
    subject: fact.subject,
    op,
    at: fact.at,
    cause: { operation: cause.operation, actor: cause.actor },
    body,
  };
  const bytes = utf8(JSON.stringify(ordered));
  parsePayload(bytes);
  checkBody(kind, body, op);
  return bytes;
};
