import { fromBase64 } from '../../facts/core/bytes.ts';
import { FactError } from '../../facts/core/errors.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { FindVerifier } from '../../facts/crypto/open.ts';
import { SHARD_COUNT, shardOf } from '../../facts/crypto/shard.ts';
import { createVerifier } from '../../facts/crypto/verify.ts';
import type { Verifier } from '../../facts/crypto/verify.ts';

/** Verifiers of the trusted keys; throws `key-invalid` for one that is no strict Ed25519 key. */
export const verifiersOf = (keys: Readonly<Record<string, string>>): FindVerifier => {
  const verifiers = new Map<string, Verifier>();
  for (const [keyId, text] of Object.entries(keys)) {
    const raw = fromBase64(text);
    if (raw === undefined) throw new FactError('key-invalid', `key ${keyId} is not base64`);
    verifiers.set(keyId, createVerifier(raw));
  }
  if (verifiers.size === 0) throw new FactError('key-unknown', 'no trusted key was given');
  return (keyId) => verifiers.get(keyId);
};

/** Ascending, without repetition, the platform tenant's always among them. */
export const followedShards = (wanted: readonly number[] | undefined): number[] => {
  const all = wanted ?? Array.from({ length: SHARD_COUNT }, (_, shard) => shard);
  const wrong = all.find((shard) => !Number.isInteger(shard) || shard < 0 || shard >= SHARD_COUNT);
  if (wrong !== undefined) throw new RangeError(`shards are 0 to ${SHARD_COUNT - 1}: ${wrong}`);
  return [...new Set([...all, shardOf(PLATFORM_TENANT)])].toSorted((a, b) => a - b);
};
