import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { SHARD_COUNT, shardOf } from '../../facts/crypto/shard.ts';

/** Ascending, without repetition, the platform tenant's always among them. */
export const followedShards = (wanted: readonly number[] | undefined): number[] => {
  const all = wanted ?? Array.from({ length: SHARD_COUNT }, (_, shard) => shard);
  const wrong = all.find((shard) => !Number.isInteger(shard) || shard < 0 || shard >= SHARD_COUNT);
  if (wrong !== undefined) throw new RangeError(`shards are 0 to ${SHARD_COUNT - 1}: ${wrong}`);
  return [...new Set([...all, shardOf(PLATFORM_TENANT)])].toSorted((a, b) => a - b);
};
