import { PLATFORM_TENANT } from '../../../facts/core/types.ts';
import { shardOf } from '../../../facts/crypto/shard.ts';

const uuid = (prefix: string, n: number): string =>
  `${prefix}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** Distinct tenants of one shard: most tests are about one chain of chains. */
export const tenantsOfShard = (shard: number, count: number): string[] => {
  const found: string[] = [];
  for (let n = 0; found.length < count; n += 1) {
    const id = uuid('aaaaaaaa', n);
    if (shardOf(id) === shard) found.push(id);
  }
  return found;
};

export const PLATFORM_SHARD = shardOf(PLATFORM_TENANT);
export const SHARD = 5;
export const [ACME = '', GLOBEX = '', INITECH = ''] = tenantsOfShard(SHARD, 3);
export const [OUTSIDER = ''] = tenantsOfShard(SHARD + 1, 1);
export const memberId = (n: number): string => uuid('bbbbbbbb', n);
export const projectId = (n: number): string => uuid('cccccccc', n);
export const apiKeyId = (n: number): string => uuid('dddddddd', n);
