import type { StateNote } from '../../facts/log/state/note.ts';
import { shardScope, tenantScope } from '../../facts/log/state/walk.ts';
import type { Scope, TenantState } from '../../facts/log/state/walk.ts';
import { snapshotOf, walkState } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { SnapshotFile } from './snapshot-file.ts';

/** The snapshot on disk under the note that vouches for it: what memory gave up is read again. */
export class SavedSnapshot {
  readonly note: StateNote;
  readonly #file: SnapshotFile;

  constructor(note: StateNote, file: SnapshotFile) {
    this.note = note;
    this.#file = file;
  }

  /** One of the shards that it was taken for; verified again, since anybody may write to a disk. */
  async shard(shard: number): Promise<Snapshot> {
    const tenants = await this.#walk(shardScope((one) => one === shard));
    return snapshotOf(this.note, [shard], tenants);
  }

  /** undefined: the tenant has no facts in it. */
  async tenant(tenant: string): Promise<TenantState | undefined> {
    const [state] = await this.#walk(tenantScope(tenant));
    return state;
  }

  close(): void {
    this.#file.close();
  }

  /** It is not to be believed, by the next process neither. */
  remove(): void {
    this.#file.remove();
  }

  #walk(scope: Scope): Promise<TenantState[]> {
    const find = (hash: Uint8Array): Uint8Array => {
      const node = this.#file.find(hash);
      if (node === undefined) throw new RangeError('the snapshot lacks a node');
      return node;
    };
    const order = { atOnce: 1, take: () => undefined };
    return walkState(this.note, scope, ({ hash }) => find(hash), order);
  }
}

/** What a snapshot on disk holds of these shards; undefined when there is none. */
export const loadSnapshot = async (
  directory: string,
  shards: readonly number[],
  openNote: (note: Uint8Array) => StateNote,
): Promise<{ snapshot: Snapshot; saved: SavedSnapshot } | undefined> => {
  const file = SnapshotFile.open(directory);
  if (file === undefined) return undefined;
  try {
    const note = openNote(file.note);
    const followed = new Set(shards);
    const scope = shardScope((shard) => followed.has(shard));
    const order = { atOnce: 1, take: () => undefined };
    const tenants = await walkState(note, scope, ({ hash }) => file.next(hash), order);
    file.endReading();
    return {
      snapshot: snapshotOf(note, shards, tenants),
      saved: new SavedSnapshot(note, file),
    };
  } catch (error) {
    file.close();
    throw error;
  }
};
