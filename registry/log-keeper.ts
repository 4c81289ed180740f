import { equalBytes } from '../facts/core/bytes.ts';
import { checkpointOrigin, formatCheckpoint } from '../facts/log/checkpoint.ts';
import { countsInSet } from '../facts/log/checkpoint-of-set.ts';
import { newestEpoch } from '../facts/log/key-set.ts';
import { TreeBuilder } from '../facts/log/tree.ts';
import type { CheckpointStore } from '../ports/checkpoint-store.ts';
import { LostLeadershipError } from '../ports/fact-log.ts';
import type { LogKeeping } from '../ports/log-store.ts';
import { foundationOf, isBefore, stated } from './kept-checkpoint.ts';
import { signNoteBy, type KeyRing } from './key-ring.ts';
import { forked, LogForkError } from './log-fork.ts';
import { growTree, treeAt } from './log-tree.ts';

export interface LogKeeperPorts {
  readonly log: string;
  readonly keys: KeyRing;
  readonly store: LogKeeping;
  readonly checkpoints: CheckpointStore;
}

type Signed = { readonly size: number; readonly note: string; readonly keySet: number };

const NOTHING_SIGNED: Signed = { size: 0, note: '', keySet: 0 };

/**
 * Grows the log's tree behind the sequencer and signs what it has become (DESIGN 3, "Log"). Reads
 * the facts from the log itself, so that it never stands in the way of publishing.
 */
export class LogKeeper {
  readonly #ports: LogKeeperPorts;
  #tree = new TreeBuilder();
  /** Of the checkpoint store: what the next one must follow. */
  #version = 0;
  /** The newest checkpoint, and the key set under which it is known to count. */
  #signed: Signed = NOTHING_SIGNED;
  /** Kept outside the database, and not in it yet. */
  #unsaved: string | undefined;

  constructor(ports: LogKeeperPorts) {
    this.#ports = ports;
  }

  /**
   * Before a leader signs anything: what the checkpoint store has must be what the database grew
   * from. Throws {@link LogForkError}, or what the stores throw.
   */
  async open(fence: number): Promise<void> {
    const { checkpoints, store, keys } = this.#ports;
    const { version, note } = await checkpoints.newest();
    const { nextIndex, keySet } = await store.heads();
    await this.#refuseOlderStore(note);
    this.#version = version;
    this.#tree = new TreeBuilder();
    this.#signed = NOTHING_SIGNED;
    this.#unsaved = undefined;
    if (note === undefined) return;
    if (keySet === 0) throw forked('it has no key set');
    const set = await keys.setOf(keySet);
    const { epoch, size, root } = foundationOf(note, set, nextIndex);
    this.#tree = await treeAt(store, size);
    if (!equalBytes(this.#tree.root(), root))
      throw forked(`its first ${size} facts are not those that were signed`);
    const isOfEpoch = epoch === newestEpoch(set);
    this.#signed = isOfEpoch ? { size, note, keySet: 0 } : NOTHING_SIGNED;
    this.#unsaved = isOfEpoch ? note : undefined;
    await this.#save(fence);
  }

  /**
   * Takes in what was sequenced since, and signs a checkpoint when that was something, or when the
   * last one is by a key that was voided, or of an epoch before.
   */
  async keep(fence: number): Promise<void> {
    const { log, keys, store, checkpoints } = this.#ports;
    await this.#save(fence);
    const { nextIndex, keySet } = await store.heads();
    await growTree(store, this.#tree, nextIndex);
    const { size } = this.#tree;
    if (size === 0 || (size === this.#signed.size && (await this.#counts(keySet)))) return;
    const origin = checkpointOrigin(log, newestEpoch(await keys.setOf(keySet)));
    const text = formatCheckpoint({ origin, size, root: this.#tree.root(), extensions: [] });
    const note = await signNoteBy(text, await keys.logSigner(keySet, size, origin));
    if (!(await checkpoints.keep(this.#version, note)))
      throw new LostLeadershipError('another sequencer has signed a checkpoint');
    this.#version += 1;
    this.#signed = { size, note, keySet };
    this.#unsaved = note;
    await this.#save(fence);
  }

  /** Whether readers of the key set take the newest checkpoint. */
  async #counts(keySet: number): Promise<boolean> {
    const { note, keySet: known } = this.#signed;
    if (keySet !== known && !countsInSet(note, await this.#ports.keys.setOf(keySet))) return false;
    this.#signed = { ...this.#signed, keySet };
    return true;
  }

  /** The store outside is written first, so it is never behind the database: else it is another. */
  async #refuseOlderStore(kept: string | undefined): Promise<void> {
    const { log, store } = this.#ports;
    const known = await store.findNote('checkpoint');
    if (known === undefined) return;
    if (kept === undefined || isBefore(stated(kept, log), stated(known, log)))
      throw new LogForkError(
        'the checkpoint store is older than the database: all sequencers must share it. ' +
          'If it is lost, and this database is the newest, put GET /v1/log/checkpoint into it',
      );
  }

  /** A crash, or a database that was away, may have come between the two stores. */
  async #save(fence: number): Promise<void> {
    if (this.#unsaved === undefined) return;
    await this.#ports.store.saveNote(fence, 'checkpoint', this.#unsaved);
    this.#unsaved = undefined;
  }
}
