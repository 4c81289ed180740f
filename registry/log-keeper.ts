import { concatBytes, equalBytes, utf8 } from '../facts/core/bytes.ts';
import { formatCheckpoint, openCheckpoint } from '../facts/log/checkpoint.ts';
import type { Checkpoint } from '../facts/log/checkpoint.ts';
import { createNoteVerifier } from '../facts/log/note-key.ts';
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
  /** Origin of the log's checkpoints. */
  readonly origin: string;
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
  #signedSize = 0;

  constructor(ports: LogKeeperPorts) {
    this.#ports = ports;
  }

  /**
   * Before a leader signs anything: what the checkpoint store has must be what the database grew
   * from. Throws {@link LogForkError}, or what the stores throw.
   */
  async open(fence: number): Promise<void> {
    const { checkpoints, store } = this.#ports;
    const { version, note } = await checkpoints.newest();
    const { nextIndex, keySet } = await store.heads();
    this.#version = version;
    this.#tree = new TreeBuilder();
    this.#signedSize = 0;
    if (note === undefined) return;
    if (keySet === 0) throw forked('it has no key set');
    const kept = await this.#openKept(note, keySet);
    if (kept.size > nextIndex) throw forked(`it has ${nextIndex} facts, ${kept.size} were signed`);
    this.#tree = await this.#treeAt(kept.size);
    if (!equalBytes(this.#tree.root(), kept.root))
      throw forked(`its first ${kept.size} facts are not those that were signed`);
    this.#signedSize = kept.size;
    // A crash may have come between the two stores.
    await store.saveNote(fence, 'checkpoint', note);
  }

  /** Takes in what was sequenced since, and signs a checkpoint when that was something. */
  async keep(fence: number): Promise<void> {
    const { origin, keys, store, checkpoints } = this.#ports;
    const { nextIndex, keySet } = await store.heads();
    await this.#grow(nextIndex);
    const { size } = this.#tree;
    if (size === this.#signedSize) return;
    const text = formatCheckpoint({ origin, size, root: this.#tree.root(), extensions: [] });
    const note = await signNoteBy(text, await keys.logSigner(keySet, size, origin));
    if (!(await checkpoints.keep(this.#version, note)))
      throw new LostLeadershipError('another sequencer has signed a checkpoint');
    this.#version += 1;
    this.#signedSize = size;
    await store.saveNote(fence, 'checkpoint', note);
  }

  async #openKept(note: string, keySet: number): Promise<Checkpoint> {
    const { origin, keys } = this.#ports;
    const { logKeys } = await keys.setOf(keySet);
    const verifiers = logKeys.map(({ key }) => createNoteVerifier(origin, key));
    return openCheckpoint(utf8(note), origin, verifiers);
  }

  /** Of the first `size` leaves, from the nodes that are there: a few tiles, not all leaves. */
  async #treeAt(size: number): Promise<TreeBuilder> {
    const frontier: Uint8Array[] = [];
    for (const node of subtreesOf(0, size)) {
      const tile = tileOfNode(node, size);
      frontier.push(nodeInTile(node, tile, await this.#tile(tile.level, tile.index, tile.width)));
    }
    return TreeBuilder.resume(size, frontier);
  }

  async #grow(to: number): Promise<void> {
    while (this.#tree.size < to) {
      const index = Math.floor(this.#tree.size / TILE_WIDTH);
      const width = Math.min(TILE_WIDTH, to - index * TILE_WIDTH);
      const leaves = await this.#hashes(0, index, width);
      for (const leaf of leaves.slice(this.#tree.size % TILE_WIDTH)) this.#tree.append(leaf);
      if (width === TILE_WIDTH) await this.#complete(0, index, leaves);
    }
  }

  /** Stores the hash of a full tile as a node of the level above, and of the tiles it completes. */
  async #complete(level: number, index: number, hashes: readonly Uint8Array[]): Promise<void> {
    const hash = tileHash(concatBytes(...hashes));
    await this.#ports.store.addNodes([{ level: level + 1, index, hash }]);
    if ((index + 1) % TILE_WIDTH !== 0) return;
    const above = Math.floor(index / TILE_WIDTH);
    await this.#complete(level + 1, above, await this.#hashes(level + 1, above, TILE_WIDTH));
  }

  async #tile(level: number, index: number, width: number): Promise<Uint8Array> {
    return concatBytes(...(await this.#hashes(level, index, width)));
  }

  async #hashes(level: number, index: number, width: number): Promise<readonly Uint8Array[]> {
    const hashes = await this.#ports.store.readTile({ level, index, width });
    if (hashes.length !== width) throw forked(`a tile of level ${level} has lost its nodes`);
    return hashes;
  }
}

function forked(why: string): LogForkError {
  return new LogForkError(
    `the database is not the one whose checkpoints were signed: ${why}. Restore the newest backup`,
  );
}
