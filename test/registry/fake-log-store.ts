import { toHex } from '../../facts/core/bytes.ts';
import { runningHash } from '../../facts/crypto/hash.ts';
import { SHARD_COUNT } from '../../facts/crypto/shard.ts';
import { emptyHeads } from '../../facts/log/heads.ts';
import { LostLeadershipError } from '../../ports/fact-log.ts';
import type { LogKeeping, LogNoteKind, TilePlace, TreeNode } from '../../ports/log-store.ts';
import type { StateReading } from '../../ports/state-store.ts';

const TILE_WIDTH = 256;

/** The log's tables as values. */
export class FakeLogStore implements LogKeeping, StateReading {
  /** Leaf hashes in the order of the log, one shard after the other. */
  leaves: Uint8Array[] = [];
  readonly payloads: Uint8Array[] = [];
  readonly keySets: string[] = [];
  readonly notes = new Map<LogNoteKind, string>();
  readonly nodes: TreeNode[] = [];
  /** Files by their hash in hexadecimal. */
  readonly stateNodes = new Map<string, Uint8Array>();
  /** Of the leader. */
  fence = 1;
  isApproved = false;
  /** Writes fail from now on. */
  broken = false;

  heads() {
    const heads = emptyHeads();
    for (const [index, leaf] of this.leaves.entries()) {
      const head = heads[index % SHARD_COUNT];
      if (head === undefined) continue;
      head.count += 1;
      head.hash = runningHash(head.hash, leaf);
    }
    return Promise.resolve({
      nextIndex: this.leaves.length,
      keySet: this.keySets.length,
      shards: heads,
    });
  }

  incarnation() {
    return Promise.resolve({ name: 'this one', isApproved: this.isApproved });
  }

  approve() {
    this.isApproved = true;
    return Promise.resolve();
  }

  findKeySet(version: number) {
    return Promise.resolve(this.keySets[version - 1]);
  }

  findNewestKeySet() {
    return Promise.resolve(this.keySets.at(-1));
  }

  findNote(kind: LogNoteKind) {
    return Promise.resolve(this.notes.get(kind));
  }

  readTile({ level, index, width }: TilePlace) {
    const first = index * TILE_WIDTH;
    const hashes =
      level === 0
        ? this.leaves
        : this.nodes
            .filter((node) => node.level === level)
            .toSorted((a, b) => a.index - b.index)
            .map(({ hash }) => hash);
    return Promise.resolve(hashes.slice(first, first + width));
  }

  findStateNode(hash: Uint8Array) {
    return Promise.resolve(this.stateNodes.get(toHex(hash)));
  }

  readPayloads(index: number, width: number) {
    const first = index * TILE_WIDTH;
    return Promise.resolve(this.payloads.slice(first, first + width));
  }

  async addNodes(nodes: readonly TreeNode[]) {
    if (this.broken) throw new Error('no space left');
    for (const node of nodes) {
      const known = this.nodes.some((n) => n.level === node.level && n.index === node.index);
      if (!known) this.nodes.push(node);
    }
  }

  async saveNote(fence: number, kind: LogNoteKind, note: string) {
    if (fence !== this.fence) throw new LostLeadershipError(`fence ${this.fence} leads`);
    if (this.broken) throw new Error('no space left');
    this.notes.set(kind, note);
  }
}
