import { FactError } from '../../facts/core/errors.ts';
import { openStateNote } from '../../facts/log/state/open-note.ts';
import type { Events } from './events.ts';
import { refusalOf } from './following.ts';
import type { HeartbeatGate } from './heartbeat-gate.ts';
import type { KeyChain } from './key-chain.ts';
import { loadSnapshot } from './saved-snapshot.ts';
import type { SavedNotes } from './saved-notes.ts';
import type { ShardSet } from './shard-set.ts';

export type RestoreParts = {
  /** Where a snapshot is kept; undefined: there is none. */
  directory: string | undefined;
  keys: KeyChain;
  gate: HeartbeatGate;
  shards: ShardSet;
  notes: SavedNotes;
  events: Events;
};

/** What is refused is told, and learned again from the registry. */
const tellRefusal = ({ shards, events }: RestoreParts, error: unknown): void => {
  if (error instanceof FactError) shards.refuse([refusalOf(error, 'disk')]);
  else events.emit('journal', error);
};

const restoreNotes = (parts: RestoreParts): void => {
  const { keys, notes } = parts;
  try {
    for (const note of notes.keySets()) keys.take(note);
  } catch (error) {
    tellRefusal(parts, error);
  }
};

const restoreSnapshot = async (parts: RestoreParts): Promise<void> => {
  const { directory, keys, shards } = parts;
  if (directory === undefined) return;
  try {
    const followed = [...shards.readers.keys()];
    const loaded = await loadSnapshot(directory, followed, (note) =>
      openStateNote(note, keys.sets),
    );
    if (loaded !== undefined) shards.restOnSaved(loaded.snapshot, loaded.saved);
  } catch (error) {
    tellRefusal(parts, error);
  }
};

const restoreHeartbeat = (parts: RestoreParts): void => {
  const { gate, notes, shards } = parts;
  try {
    const saved = notes.heartbeat();
    const heartbeat = saved === undefined ? undefined : gate.take(saved);
    if (heartbeat !== undefined) shards.heartbeat(heartbeat.heads);
  } catch (error) {
    tellRefusal(parts, error);
  }
};

/** What a former process left on disk; all of it is verified again. */
export const restore = async (parts: RestoreParts): Promise<void> => {
  restoreNotes(parts);
  await restoreSnapshot(parts);
  restoreHeartbeat(parts);
  await parts.shards.load();
};
