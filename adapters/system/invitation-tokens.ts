import { createHmac, hkdfSync } from 'node:crypto';
import type { InvitationTokens } from '../../ports/invitation-tokens.ts';

const KEY_BYTES = 32;

/**
 * HMAC-SHA-256 (RFC 2104) of the mailing's name, by a key of its own (RFC 5869).
 * `secret`: the 32 bytes of the secrets' key.
 */
export function createInvitationTokens(secret: Uint8Array): InvitationTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'tenure invitation v1', KEY_BYTES));
  return {
    secretOf: (tenant, invitation, mailing) =>
      createHmac('sha256', key).update(`${tenant}/${invitation}/${mailing}`).digest(),
  };
}
