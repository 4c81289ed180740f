import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { CookieOptions } from 'express';
import { z } from 'zod';
import { ISOLATION_MODES } from '../../domain/isolation.ts';
import { LOGIN_LIFE_S } from '../../ports/oidc-login.ts';

/*
 * What a browser keeps while its person accepts an invitation (docs/adr/0029). Sealed by
 * AES-256-GCM (NIST SP 800-38D), so that nobody reads, changes or makes one:
 *
 *   base64url(nonce, 12 bytes || ciphertext of the JSON || tag, 16 bytes)
 */
const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The prefix: from this host alone, over TLS, for no other host (RFC 6265bis, 4.1.3.2). */
export const COOKIE = '__Host-tenure-accept';

/** Lax: the browser comes back from the provider's site by a link, and must bring it then. */
export const COOKIE_OPTIONS = {
  httpOnly: true,
  secure: true,
  sameSite: 'lax',
  path: '/',
} as const satisfies CookieOptions;

const keptSchema = z.discriminatedUnion('step', [
  z.object({
    step: z.literal('login'),
    untilMs: z.number(),
    token: z.string(),
    place: z.object({
      slug: z.string(),
      isolation: z.enum(ISOLATION_MODES),
      issuer: z.string(),
    }),
    secrets: z.object({ state: z.string(), nonce: z.string(), codeVerifier: z.string() }),
  }),
  z.object({
    step: z.literal('joined'),
    untilMs: z.number(),
    name: z.string(),
    host: z.string(),
  }),
]);

type Kept = z.infer<typeof keptSchema>;
type Draft<S> = S extends Kept ? Omit<S, 'untilMs'> : never;

export interface AcceptCookies {
  /** For `LOGIN_LIFE_S`. */
  seal(kept: Draft<Kept>, nowMs: number): string;
  /** Undefined: none, not made here, too old, of another step, or of another version’s shape. */
  open<S extends Kept['step']>(
    step: S,
    cookieHeader: string | undefined,
    nowMs: number,
  ): Extract<Kept, { step: S }> | undefined;
}

/** `secret`: 32 bytes that all API processes share. */
export function createAcceptCookies(secret: Uint8Array): AcceptCookies {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'tenure accept cookie v1', KEY_BYTES));
  return {
    seal: (draft, nowMs) =>
      seal(key, JSON.stringify({ ...draft, untilMs: nowMs + LOGIN_LIFE_S * 1000 })),
    open: (step, header, nowMs) => {
      const text = open(key, valueIn(header ?? ''));
      const kept = text === undefined ? undefined : keptSchema.safeParse(JSON.parse(text)).data;
      const isGood = kept?.step === step && nowMs < kept.untilMs;
      return isGood ? (kept as Extract<Kept, { step: typeof step }>) : undefined;
    },
  };
}

function seal(key: Uint8Array, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]).toString('base64url');
}

/** Undefined for whatever was not sealed by this key. */
function open(key: Uint8Array, value: string): string | undefined {
  const sealed = Buffer.from(value, 'base64url');
  if (sealed.length <= NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function valueIn(header: string): string {
  const pairs = header.split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? '';
}
