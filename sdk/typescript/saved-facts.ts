import { FactError } from '../../facts/core/errors.ts';
import type { Fact } from '../../facts/core/types.ts';
import { liveFactsOf } from '../../facts/log/state/live-facts.ts';
import { foldFacts } from './explain.ts';
import type { LiveFacts } from './explain.ts';
import type { ShardReader } from './reader.ts';
import type { LineSource } from './registry-source.ts';
import { rereadShard } from './reread.ts';
import type { SavedSnapshot } from './saved-snapshot.ts';
import { baseOf } from './snapshot.ts';

export type SavedFacts = { journal: LineSource; saved: SavedSnapshot | undefined };

const never = new AbortController().signal;

const inBlock = async (tenant: string, saved: SavedSnapshot): Promise<Fact[]> => {
  const state = await saved.tenant(tenant);
  try {
    return state === undefined ? [] : liveFactsOf(state, saved.note).map(({ fact }) => fact);
  } catch (error) {
    // A block that a registry should never have signed: decisions know nothing of the tenant.
    if (error instanceof FactError) return [];
    throw error;
  }
};

/** What holds in a tenant, by the snapshot and the lines on disk, verified again. */
export const readSavedFacts = async (
  tenant: string,
  reader: ShardReader,
  { journal, saved }: SavedFacts,
): Promise<LiveFacts> => {
  const snapshot = await saved?.shard(reader.shard);
  const base = snapshot && baseOf(snapshot, reader.shard);
  const { accepted } = await rereadShard(reader, journal, 'disk', never, base);
  const own = accepted.filter(({ fact, isVoid }) => fact.tenant === tenant && !isVoid);
  const inSnapshot = saved === undefined ? [] : await inBlock(tenant, saved);
  return foldFacts([...inSnapshot, ...own.map(({ fact }) => fact)]);
};
