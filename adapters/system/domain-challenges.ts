import { createHmac, hkdfSync } from 'node:crypto';
import type { DomainChallenges } from '../../ports/domain-challenges.ts';

const KEY_BYTES = 32;
/** People see it among the other records of their zone. */
const PREFIX = 'tenure-domain=';

/**
 * HMAC-SHA-256 (RFC 2104) of the claim, by a key of its own (RFC 5869).
 * `secret`: the 32 bytes of the secrets' key.
 */
export function createDomainChallenges(secret: Uint8Array): DomainChallenges {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'tenure domain challenge v1', KEY_BYTES));
  return {
    textOf: (tenant, claim) => {
      const bound = createHmac('sha256', key).update(`${tenant}/${claim}`).digest('base64url');
      return `${PREFIX}${bound}`;
    },
  };
}
