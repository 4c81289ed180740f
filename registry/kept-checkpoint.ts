import { utf8 } from '../facts/core/bytes.ts';
import { FIRST_EPOCH } from '../facts/core/types.ts';
import { parseCheckpoint } from '../facts/log/checkpoint.ts';
import { openKeptCheckpoint } from '../facts/log/checkpoint-of-set.ts';
import { newestEpoch } from '../facts/log/key-set.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import { textOfNote } from '../facts/log/note.ts';
import type { TreeHead } from '../facts/log/proofs.ts';
import { forked } from './log-fork.ts';

/** What a signed checkpoint says, of which epoch; its signature is not looked at here. */
export interface Stated extends TreeHead {
  readonly epoch: number;
}

export function stated(note: string, log: string): Stated {
  const { origin, size, root } = parseCheckpoint(textOfNote(utf8(note)));
  const epoch = origin === log ? FIRST_EPOCH : Number(origin.slice(log.length + 1));
  return { epoch, size, root };
}

export function isBefore(one: Stated, other: Stated): boolean {
  return one.epoch === other.epoch ? one.size < other.size : one.epoch < other.epoch;
}

/**
 * From what the log must have grown, by the checkpoint that is kept outside the database: from it,
 * or, when the root has begun an epoch since, from where that one begins.
 */
export function foundationOf(note: string, set: KeySet, nextIndex: number): Stated {
  const epoch = newestEpoch(set);
  const kept = stated(note, set.log);
  if (kept.epoch > epoch) throw forked(`it has epoch ${epoch}, and ${kept.epoch} has begun`);
  const start = set.epochs.at(-1);
  if (kept.epoch === epoch || start === undefined) {
    // Before any signature: a database that is older has older key sets too.
    if (kept.size > nextIndex) throw forked(`it has ${nextIndex} facts, ${kept.size} were signed`);
    return { ...openKeptCheckpoint(note, set, epoch), epoch };
  }
  return { size: start.size, root: start.root, epoch: kept.epoch };
}
