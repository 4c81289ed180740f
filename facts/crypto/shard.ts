import { fromHex } from '../core/bytes.ts';
import { UUID } from '../core/formats.ts';
import { sha256 } from './hash.ts';

export const SHARD_COUNT = 256;

/** 0..255: the first byte of SHA-256 over the UUID's 16 bytes (DESIGN 1). */
export const shardOf = (tenantId: string): number => {
  const bytes = UUID.test(tenantId) ? fromHex(tenantId.replaceAll('-', '')) : undefined;
  if (bytes === undefined) throw new TypeError(`not a tenant id: ${tenantId}`);
  return sha256(bytes)[0] ?? 0;
};

/** '00'..'ff': the last token of the shard's subject and the `shard` parameter of the API. */
export const shardName = (shard: number): string => shard.toString(16).padStart(2, '0');
