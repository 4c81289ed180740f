import { equalBytes, utf8 } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';
import { parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { openCheckpointOfSet } from './checkpoint-of-set.ts';
import { parseHeartbeat } from './heartbeat.ts';
import type { Heartbeat } from './heartbeat.ts';
import { newestEpoch, timeName } from './key-set.ts';
import type { KeySet } from './key-set.ts';
import { openNote, textOfNote } from './note.ts';
import { createNoteVerifier } from './note-key.ts';

/** The checkpoint of a heartbeat that was opened before. */
export const checkpointIn = ({ checkpoint }: Heartbeat): Checkpoint | undefined =>
  checkpoint === null ? undefined : parseCheckpoint(textOfNote(utf8(checkpoint)));

const openStatement = (note: Uint8Array, set: KeySet): Heartbeat => {
  const name = timeName(set.log);
  const keys = set.time.map((key) => createNoteVerifier(name, key));
  const heartbeat = parseHeartbeat(openNote(note, keys).text);
  if (heartbeat.log !== set.log) {
    throw new FactError('heartbeat-log-mismatch', `${heartbeat.log}, not ${set.log}`);
  }
  return heartbeat;
};

/** Checks 4 and 5 of facts-v1, "Heartbeats". */
export const checkKeySet = ({ keySetVersion, epoch }: Heartbeat, set: KeySet): void => {
  if (keySetVersion < set.version) {
    throw new FactError('heartbeat-keyset', `version ${keySetVersion} after ${set.version}`);
  }
  // A later set may have begun an epoch that this reader cannot know yet.
  if (keySetVersion === set.version && epoch !== newestEpoch(set)) {
    throw new FactError('epoch-mismatch', `${epoch}, not ${newestEpoch(set)}`);
  }
};

/** Checks 6 to 8. */
export const checkOrder = (heartbeat: Heartbeat, last: Heartbeat): void => {
  const sameEpoch = heartbeat.epoch === last.epoch;
  if (sameEpoch && heartbeat.fence < last.fence) {
    throw new FactError('heartbeat-fence', `${heartbeat.fence} after ${last.fence}`);
  }
  // A new leader’s clock may be behind the last one’s, and a clock that was set back begins a new
  // leadership. One form, so that times compare as texts.
  if (heartbeat.fence <= last.fence && heartbeat.at <= last.at) {
    throw new FactError('heartbeat-replay', `${heartbeat.at} after ${last.at}`);
  }
  const shrunk = heartbeat.heads.findIndex(({ count }, at) => count < (last.heads[at]?.count ?? 0));
  if (sameEpoch && shrunk !== -1) throw new FactError('heartbeat-rollback', `shard ${shrunk}`);
};

/** Check 11. */
export const checkGrowth = (older: Checkpoint, newer: Checkpoint | undefined): void => {
  if (newer === undefined || newer.size < older.size) {
    throw new FactError('checkpoint-rollback', `${newer?.size ?? 'none'} after ${older.size}`);
  }
  if (newer.size === older.size && !equalBytes(newer.root, older.root)) {
    throw new FactError('checkpoint-fork', `another root at size ${newer.size}`);
  }
};

/**
 * The heartbeat in a signed note, as the one after `last`; throws a FactError. Checks in the order
 * of facts-v1, "Heartbeats". When its `keySetVersion` is above the set's, the caller learns that
 * set and opens the note again: until then nothing is to be concluded from it.
 */
export const openHeartbeat = (note: Uint8Array, set: KeySet, last?: Heartbeat): Heartbeat => {
  const heartbeat = openStatement(note, set);
  checkKeySet(heartbeat, set);
  if (last !== undefined) checkOrder(heartbeat, last);
  const { checkpoint: stated, epoch } = heartbeat;
  const checkpoint = stated === null ? undefined : openCheckpointOfSet(stated, set, epoch);
  const older = last?.epoch === heartbeat.epoch ? checkpointIn(last) : undefined;
  if (older !== undefined) checkGrowth(older, checkpoint);
  return heartbeat;
};
