import { concatBytes, equalBytes, utf8 } from '../facts/core/bytes.ts';
import { checkpointOrigin, formatCheckpoint, parseCheckpoint } from '../facts/log/checkpoint.ts';
import { countsInSet, openKeptCheckpoint } from '../facts/log/checkpoint-of-set.ts';
import { textOfNote } from '../facts/log/note.ts';
import { subtreesOf } from '../facts/log/subtree.ts';
import { nodeInTile, tileHash, tileOfNode, TILE_WIDTH } from '../facts/log/tiles.ts';
import { TreeBuilder } from '../facts/log/tree.ts';
import type { CheckpointStore } from '../ports/checkpoint-store.ts';
import { LostLeadershipError } from '../ports/fact-log.ts';
import type { LogKeeping } from '../ports/log-store.ts';
import { signNoteBy, type KeyRing } from './key-ring.ts';

/**
 * The database does not hold what was signed about it: it was restored from an older backup, or
 * changed by hand. Nothing is signed until a person has looked.
 */
export class LogForkError extends Error {
  override readonly name = 'LogForkError';
}

export interface LogKeeperPorts {
  readonly log: string;
  readonly epoch: number;
  readonly keys: KeyRing;
  readonly store: LogKeeping;
  readonly checkpoints: CheckpointStore;
}

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
  #signed = { size: 0, note: '', keySet: 0 };
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
    const { checkpoints, store, keys, epoch } = this.#ports;
    const { version, note } = await checkpoints.newest();
    const { nextIndex, keySet } = await store.heads();
    await this.#refuseOlderStore(note);
    this.#version = version;
    this.#tree = new TreeBuilder();
    this.#signed = { size: 0, note: '', keySet: 0 };
    this.#unsaved = note;
    if (note === undefined) return;
    // Before any signature: a database that is older has older key sets too.
    if (sizeIn(note) > nextIndex)
      throw forked(`it has ${nextIndex} facts, ${sizeIn(note)} were signed`);
    if (keySet === 0) throw forked('it has no key set');
    const kept = openKeptCheckpoint(note, await keys.setOf(keySet), epoch);
    this.#tree = await this.#treeAt(kept.size);
    if (!equalBytes(this.#tree.root(), kept.root))
      throw forked(`its first ${kept.size} facts are not those that were signed`);
    this.#signed = { size: kept.size, note, keySet: 0 };
    await this.#save(fence);
  }

  /**
   * Takes in what was sequenced since, and signs a checkpoint when that was something, or when the
   * last one is by a key that was voided.
   */
  async keep(fence: number): Promise<void> {
    const { log, epoch, keys, store, checkpoints } = this.#ports;
    await this.#save(fence);
    const { nextIndex, keySet } = await store.heads();
    await this.#grow(nextIndex);
    const { size } = this.#tree;
    if (size === 0 || (size === this.#signed.size && (await this.#counts(keySet)))) return;
    const origin = checkpointOrigin(log, epoch);
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
    this.#signed.keySet = keySet;
    return true;
  }

  /** The store outside is written first, so it is never behind the database: else it is another. */
  async #refuseOlderStore(kept: string | undefined): Promise<void> {
    const known = await this.#ports.store.findNote('checkpoint');
    if (known !== undefined && sizeIn(known) > (kept === undefined ? 0 : sizeIn(kept)))
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

  /** Of the first `size` leaves, from the nodes that are there: a few tiles, not all leaves. */
  async #treeAt(size: number): Promise<TreeBuilder> {
    const frontier: Uint8Array[] = [];
    for (const node of subtreesOf(0, size)) {
      const tile = tileOfNode(node, size);
      const hashes = await this.#hashes(tile.level, tile.index, tile.width);
      frontier.push(nodeInTile(node, tile, concatBytes(...hashes)));
    }
    return TreeBuilder.resume(size, frontier);
  }

  async #grow(to: number): Promise<void> {
    while (this.#tree.size < to) {
      const index = Math.floor(this.#tree.size / TILE_WIDTH);
      const width = Math.min(TILE_WIDTH, to - index * TILE_WIDTH);
      const leaves = await this.#hashes(0, index, width);
      // First its node, then its leaves: what fails in between is done again.
      if (width === TILE_WIDTH) await this.#complete(0, index, leaves);
      for (const leaf of leaves.slice(this.#tree.size % TILE_WIDTH)) this.#tree.append(leaf);
    }
  }

  /** Stores the hash of a full tile as a node of the level above, and of the tiles it completes. */
  async #complete(level: number, index: number, hashes: readonly Uint8Array[]): Promise<void> {
    await this.#addNode(level + 1, index, hashes);
    if ((index + 1) % TILE_WIDTH !== 0) return;
    const above = Math.floor(index / TILE_WIDTH);
    await this.#complete(level + 1, above, await this.#hashes(level + 1, above, TILE_WIDTH));
  }

  async #addNode(level: number, index: number, below: readonly Uint8Array[]): Promise<Uint8Array> {
    const hash = tileHash(concatBytes(...below));
    await this.#ports.store.addNodes([{ level, index, hash }]);
    return hash;
  }

  /** Nodes that are missing are made again from those below; leaves cannot be. */
  async #hashes(level: number, index: number, width: number): Promise<readonly Uint8Array[]> {
    const hashes = await this.#ports.store.readTile({ level, index, width });
    if (hashes.length === width) return hashes;
    if (level === 0) throw forked(`facts are missing behind ${index * TILE_WIDTH}`);
    const again: Uint8Array[] = [];
    for (let at = index * TILE_WIDTH; again.length < width; at += 1)
      again.push(await this.#addNode(level, at, await this.#hashes(level - 1, at, TILE_WIDTH)));
    return again;
  }
}

function sizeIn(checkpoint: string): number {
  return parseCheckpoint(textOfNote(utf8(checkpoint))).size;
}

function forked(why: string): LogForkError {
  return new LogForkError(
    `the database is not the one whose checkpoints were signed: ${why}. Restore the newest backup`,
  );
}
