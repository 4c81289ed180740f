import { fromBase64Url } from './bytes.ts';

/* Text formats of the payload's fields; `facts/spec/facts-v1.md` has the same table. */

/** Lower case, any version: the nil UUID is the platform tenant. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Origin of a log (C2SP signed-note key name: no spaces, no plus sign). */
export const LOG_ORIGIN = /^[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9._-]*)*$/;
export const LOG_ORIGIN_MAX_CHARS = 255;

/** Kinds, also those of later versions. */
export const KIND = /^[a-z][a-z0-9-]{0,62}$/;

/** `<noun>:<name>` of any kind, known or not. */
export const SUBJECT = /^[a-z][a-z0-9-]{0,62}:[A-Za-z0-9][A-Za-z0-9._:-]{0,254}$/;

/** Opaque: no `@`, so that no e-mail address fits (DESIGN 3: no personal data). */
export const OPAQUE_ID = /^[A-Za-z0-9][A-Za-z0-9._:|/-]{0,254}$/;

/** Names of roles, products, plans, apps and limits. */
export const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;

/** `resource:verb`, or `*` alone for every permission. */
export const PERMISSION = /^(?:\*|[A-Za-z][A-Za-z0-9._-]{0,62}:[A-Za-z][A-Za-z0-9._-]{0,62})$/;

/** What an API key may be used for; compared by equality. */
export const SCOPE = /^[A-Za-z][A-Za-z0-9._:-]{0,126}$/;

/** A DNS label (RFC 1123). */
export const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Key ids are free text in DSSE; ours are short and need no escaping. */
export const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** RFC 3339, UTC as `Z`, exactly three fraction digits, and a date that exists. */
export const isInstant = (text: string): boolean => {
  if (!INSTANT.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
};

const HASH_BYTES = 32;

/** Base64url without padding of 32 bytes. */
export const isHash = (text: string): boolean => fromBase64Url(text)?.length === HASH_BYTES;
