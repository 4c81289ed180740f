import type { StateNote } from '../../facts/log/state/note.ts';
import { walkState } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import type { SnapshotFile } from './snapshot-file.ts';

/** The snapshot on disk under the note that vouches for it: what memory gave up is read again. */
export class SavedSnapshot {
  readonly note: StateNote;
  readonly #file: SnapshotFile;

  constructor(note: StateNote, file: SnapshotFile) {
    this.note = note;
    this.#file = file;
  }

  /** One of the shards that it was taken for; verified again, since anybody may write to a disk. */
  shard(shard: number): Promise<Snapshot> {
    const find = (hash: Uint8Array): Uint8Array => {
      const node = this.#file.find(hash);
      if (node === undefined) throw new RangeError('the snapshot lacks a node');
      return node;
    };
    const order = { atOnce: 1, take: () => undefined };
    return walkState(this.note, [shard], ({ hash }) => find(hash), order);
  }

  close(): void {
    this.#file.close();
  }
}
