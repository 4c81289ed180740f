import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FactSource } from './fact-source.ts';
import { ShardReader } from './reader.ts';
import type { Accepted, ReaderTrust } from './reader.ts';

/** Signatures between two turns of the event loop. */
const LINES_PER_TURN = 64;

/** Every tenant's chain as the doubted reader knows it is in what was read anew. */
const continues = (doubted: ShardReader, accepted: readonly Accepted[]): boolean => {
  const left = new Map(doubted.tenants());
  for (const { fact, leaf } of accepted) {
    const head = left.get(fact.tenant);
    if (head?.seq === fact.seq && head.hash === leaf) left.delete(fact.tenant);
  }
  return left.size === 0;
};

export type Reread = { fresh: ShardReader; accepted: Accepted[] };

/**
 * A shard from its beginning over HTTP alone, for a reader to which HTTP no longer fits. Somebody
 * who can publish can renumber true facts (positions are not signed); reading anew heals that.
 * undefined when HTTP refuses to verify too, or lacks a fact that the reader has verified.
 */
export const rereadShard = async (
  doubted: ShardReader,
  trust: ReaderTrust,
  source: FactSource,
  signal: AbortSignal,
): Promise<Reread | undefined> => {
  const fresh = new ShardReader(doubted.shard, trust);
  const accepted: Accepted[] = [];
  for (;;) {
    const from = fresh.head().position + 1;
    const lines = await source.fetch(doubted.shard, from, signal);
    for (let at = 0; at < lines.length; at += LINES_PER_TURN) {
      const step = fresh.fetched(lines.slice(at, at + LINES_PER_TURN), 'http');
      accepted.push(...step.accepted);
      if (step.refused.length > 0) return undefined;
      await nextTurn();
      signal.throwIfAborted();
    }
    // Nothing new: the end, or a server that repeats itself.
    if (fresh.head().position < from) break;
  }
  return continues(doubted, accepted) ? { fresh, accepted } : undefined;
};
