import { SYSTEM_CLOCK } from '../../sdk/typescript/freshness-clock.ts';
import { Following } from '../../sdk/typescript/following.ts';
import { closeReader, openReader, surroundingsOf } from '../../sdk/typescript/open-reader.ts';
import { rereadShard } from '../../sdk/typescript/reread.ts';
import type { PlaneOptions } from '../../sdk/typescript/types.ts';
import type { FeedSource } from './feed.ts';
import { Ledger } from './ledger.ts';
import { sinkFactsOf } from './sink-fact.ts';

/** The kit's index of decisions: sinks decide nothing. */
const NO_INDEX = { apply: () => undefined, forget: () => undefined };

export type SinkReader = FeedSource & {
  /** Begins to follow; listen to the ledger before. */
  follow(): void;
  close(): Promise<void>;
};

/**
 * A reader as data planes have it (facts-v1, "The reader"), which fills a ledger in place of an
 * index. Its directory is a cache: without it everything is read anew. Rejects as `openPlane` does.
 */
export const openSinkReader = async (
  options: PlaneOptions,
  report: (message: string, cause: unknown) => void,
): Promise<SinkReader> => {
  const ledger = new Ledger();
  const parts = await openReader(options, SYSTEM_CLOCK, { index: NO_INDEX, ledger });
  const { shards, journal, events, freshness } = parts;
  events.on('refused', (refusal) => report(`refused: ${refusal.message}`, refusal));
  events.on('journal', (cause) => report('the journal cannot be written', cause));
  let following: Following | undefined;
  return {
    ledger,
    isFresh: () => freshness.of('membership') === 'fresh',
    read: async (shard, signal) => {
      const reader = shards.readers.get(shard);
      if (reader === undefined) return [];
      // Verified again: what is on a disk may be another's by now.
      const { accepted } = await rereadShard(reader, journal, 'disk', signal);
      return sinkFactsOf(accepted);
    },
    follow: () => {
      following = new Following(parts, surroundingsOf(options));
    },
    close: async () => {
      await following?.stop();
      closeReader(parts);
    },
  };
};
