import { FactError } from './errors.ts';
import { GENESIS_PREV } from './types.ts';
import type { Fact } from './types.ts';

/** Where a tenant's chain stands: its last fact's `seq` and that fact's leaf hash, base64url. */
export type ChainHead = { seq: number; hash: string };

/** Before the first fact of a tenant. */
export const EMPTY_HEAD: ChainHead = { seq: 0, hash: GENESIS_PREV };

/** Refuses a fact that does not directly follow `head` in its tenant's chain. */
export const checkNext = (fact: Pick<Fact, 'seq' | 'prev' | 'tenant'>, head: ChainHead): void => {
  const where = `tenant ${fact.tenant}, seq ${fact.seq} after ${head.seq}`;
  if (fact.seq <= head.seq) throw new FactError('seq-replay', where);
  if (fact.seq > head.seq + 1) throw new FactError('seq-gap', where);
  if (fact.prev !== head.hash) throw new FactError('prev-mismatch', where);
};
