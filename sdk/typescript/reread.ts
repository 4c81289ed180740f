import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ShardReader, Accepted } from './reader.ts';
import type { ShardBase } from './reader.ts';
import type { LineSource } from './registry-source.ts';
import type { Origin, Refusal } from './types.ts';

/** Signatures between two turns of the event loop. */
const LINES_PER_TURN = 64;

export type Reread = {
  fresh: ShardReader;
  accepted: Accepted[];
  refused: Refusal[];
  /** What heartbeats had covered in the doubted reader is there, and the same. */
  holdsCovered: boolean;
  /** The doubted reader rests on a snapshot that states another history. */
  deniesBase: boolean;
};

/**
 * A shard from its first line on, or from the snapshot that its lines follow (`base`), up to where
 * the source ends or serves what is refused. Somebody who can publish can renumber true facts,
 * since positions are not signed, and who stole a key can add to them: reading anew heals both.
 */
export const rereadShard = async (
  doubted: ShardReader,
  source: LineSource,
  origin: Exclude<Origin, 'live'>,
  signal: AbortSignal,
  base?: ShardBase,
): Promise<Reread> => {
  const fresh = doubted.anew();
  if (base !== undefined) fresh.rest(base);
  const accepted: Accepted[] = [];
  const refused: Refusal[] = [];
  for (;;) {
    const from = fresh.head().position + 1;
    const lines = await source.fetch(doubted.shard, from, signal);
    for (let at = 0; at < lines.length && refused.length === 0; at += LINES_PER_TURN) {
      const step = fresh.fetched(lines.slice(at, at + LINES_PER_TURN), origin);
      accepted.push(...step.accepted);
      refused.push(...step.refused);
      await nextTurn();
      signal.throwIfAborted();
    }
    // Nothing new: the end, or a server that repeats itself.
    if (refused.length > 0 || fresh.head().position < from) break;
  }
  // Heartbeats went on: what they have covered meanwhile counts too.
  const holdsCovered = fresh.reaches(doubted);
  return { fresh, accepted, refused, holdsCovered, deniesBase: fresh.denies(doubted) };
};
