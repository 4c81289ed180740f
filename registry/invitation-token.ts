import {
  concatBytes,
  fromBase64Url,
  fromHex,
  toBase64Url,
  toHex,
  utf8,
} from '../facts/core/bytes.ts';
import { PLATFORM_TENANT } from '../facts/core/types.ts';
import { sha256 } from '../facts/crypto/hash.ts';

/*
 * The token in an invitation's link, and the hash that the row has of it:
 *
 *   token = base64url(tenant, the 16 bytes of its UUID || secret, 32 bytes)          64 characters
 *   hash  = SHA-256("tenure-invitation" || 0x00 || the 48 bytes)
 *
 * It names its tenant so that row-level security holds for whoever comes with one. The id is no
 * secret; the 256 bits are.
 */
const TENANT_BYTES = 16;
const SECRET_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;

/** Where to look for an invitation. */
export interface TokenPlace {
  readonly tenant: string;
  readonly hash: Uint8Array;
}

/** `secret`: 32 bytes. */
export function formatInvitationToken(tenant: string, secret: Uint8Array): string {
  const id = fromHex(tenant.replaceAll('-', ''));
  if (id?.length !== TENANT_BYTES || secret.length !== SECRET_BYTES)
    throw new TypeError('not a tenant and a secret of 32 bytes');
  return toBase64Url(concatBytes(id, secret));
}

/**
 * What is no token has a place too, where nothing is: looking there takes as long as for one that
 * was used, and answers the same.
 */
export function placeOfToken(token: string): TokenPlace {
  const bytes = TOKEN.test(token) ? fromBase64Url(token) : undefined;
  const tenant = bytes === undefined ? PLATFORM_TENANT : uuidOf(bytes.subarray(0, TENANT_BYTES));
  const hashed = bytes ?? new Uint8Array(TENANT_BYTES + SECRET_BYTES);
  return { tenant, hash: sha256(concatBytes(utf8('tenure-invitation\0'), hashed)) };
}

function uuidOf(bytes: Uint8Array): string {
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
