import type { SignedFact } from './fact-log.ts';

/**
 * Nodes of the state tree in Postgres (facts-v1, "State tree"), named by their hashes; the note
 * over the newest one is the log note `state`.
 *
 * Consistency: read your writes. Who retries: the caller; each write may be repeated. Rejects with
 * `StoreError`, and writes of a former leader with `LostLeadershipError`.
 */

export interface StateReading {
  /** The node's file, compressed as it is served. */
  findStateNode(hash: Uint8Array): Promise<Uint8Array | undefined>;
}

/** A node before it is compressed. */
export interface StateNode {
  readonly hash: Uint8Array;
  readonly node: Uint8Array;
}

/** What one making of the tree leaves behind. */
export interface StateRound {
  /** Larger than that of any round before it. */
  readonly round: number;
  /** Whose nodes stay unless they were replaced; undefined: the tree was made from nothing. */
  readonly after: number | undefined;
  /** Hashes of nodes that are no part of the tree any more. */
  readonly replaced: readonly Uint8Array[];
}

export interface StateKeeping extends StateReading {
  /** Facts from this index on, in the order of the log. */
  readLog(from: number, limit: number): Promise<readonly SignedFact[]>;
  /** A number for a round that begins. */
  nextRound(): Promise<number>;
  /** The round in which a node was written last. */
  roundOf(hash: Uint8Array): Promise<number | undefined>;
  /** The files of those that are there, in any order. */
  readStateNodes(
    hashes: readonly Uint8Array[],
  ): Promise<readonly { readonly hash: Uint8Array; readonly file: Uint8Array }[]>;
  /** Compressed, and kept until a round is saved that does not need them. */
  addStateNodes(round: number, nodes: readonly StateNode[]): Promise<void>;
  /**
   * One transaction: the note is the newest, and what it does not need is dropped: nodes that were
   * replaced, those of rounds that never came to a note, and without `after` all of other rounds.
   */
  saveState(fence: number, note: string, round: StateRound): Promise<void>;
  /** Removes what was dropped an hour ago: who reads the note before this one has that long. */
  removeDropped(): Promise<void>;
}
