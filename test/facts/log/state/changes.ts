import { encodePayload } from '../../../../facts/core/payload.ts';
import type { Fact } from '../../../../facts/core/types.ts';
import { leafHash } from '../../../../facts/crypto/hash.ts';
import type { TenantChange } from '../../../../facts/log/state/grow.ts';
import { factKey } from '../../../../facts/log/state/keys.ts';

/** What these facts change, each tenant's in the order of `seq`. */
export const changesOf = (facts: readonly Fact[]): TenantChange[] =>
  [...Map.groupBy(facts, ({ tenant }) => tenant)].map(([tenant, chain]) => {
    const payloads = chain.map(encodePayload);
    return {
      tenant,
      seq: chain.at(-1)?.seq ?? 0,
      head: leafHash(payloads.at(-1) ?? new Uint8Array()),
      facts: chain.map(({ kind, subject, op }, at) => ({
        key: factKey(kind, subject),
        payload: op === 'assert' ? (payloads[at] ?? null) : null,
      })),
    };
  });
