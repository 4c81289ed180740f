import { toHex, utf8 } from '../../../facts/core/bytes.ts';
import { textOfNote } from '../../../facts/log/note.ts';
import { parseStateNote } from '../../../facts/log/state/note.ts';
import { shardScope } from '../../../facts/log/state/walk.ts';
import { SavedSnapshot } from '../../../sdk/typescript/saved-snapshot.ts';
import { snapshotOf, walkState } from '../../../sdk/typescript/snapshot.ts';
import type { Snapshot } from '../../../sdk/typescript/snapshot.ts';
import { SnapshotWriter } from '../../../sdk/typescript/snapshot-file.ts';
import type { ServedState } from './state-writer.ts';

/** As a plane takes it that follows one shard, and keeps it in the directory. */
export const saveState = async (
  { note, nodes }: ServedState,
  directory: string,
  shard: number,
): Promise<[Snapshot, SavedSnapshot]> => {
  const stated = parseStateNote(textOfNote(utf8(note)));
  const writer = new SnapshotWriter(directory, utf8(note));
  const tenants = await walkState(
    stated,
    shardScope((one) => one === shard),
    ({ hash }) => nodes.get(toHex(hash)) as Uint8Array,
    { atOnce: 1, take: (node, hash) => writer.add(node, hash) },
  );
  return [snapshotOf(stated, [shard], tenants), new SavedSnapshot(stated, writer.finish())];
};
