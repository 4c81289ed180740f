/**
 * The log beside its facts, in Postgres: the keys that readers trust, the nodes of its tree, and
 * the newest notes that were signed about it (DESIGN 3, "Log", "Heartbeat").
 *
 * Consistency: read your writes. Who retries: the caller; each write may be repeated. Rejects with
 * `StoreError`, and writes of a former leader with `LostLeadershipError`.
 */

/** Hashes of one tile (C2SP tlog-tiles): `width` nodes from `256 index` on, of 256^level leaves. */
export interface TilePlace {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

export interface TreeNode {
  /** Level of the tile that it stands in, 1 or more. */
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

export type LogNoteKind = 'checkpoint' | 'heartbeat' | 'state';

export interface LogReading {
  /** The signed note of a version of the key set. */
  findKeySet(version: number): Promise<string | undefined>;
  /** That of the newest version; undefined before the first. */
  findNewestKeySet(): Promise<string | undefined>;
  /** The newest signed note of its kind. */
  findNote(kind: LogNoteKind): Promise<string | undefined>;
  /** As many of the tile's hashes as there are, in their order; 32 bytes each. */
  readTile(place: TilePlace): Promise<readonly Uint8Array[]>;
  /** As many payloads as there are of the facts behind the tile of level 0, in their order. */
  readPayloads(index: number, width: number): Promise<readonly Uint8Array[]>;
}

/** Where the log stands at one moment. */
export interface LogHeads {
  readonly nextIndex: number;
  /** Version by which facts are signed now; 0: none yet. */
  readonly keySet: number;
  /** The 256 shards in their order: number of lines, running hash. */
  readonly shards: readonly { readonly count: number; readonly hash: Uint8Array }[];
}

/** One life of one database: another start of Postgres, or another database, is another one. */
export interface Incarnation {
  readonly name: string;
  readonly isApproved: boolean;
}

export interface LogKeeping extends LogReading {
  heads(): Promise<LogHeads>;
  /** Of the database that answers, and whether a leader has approved of it already. */
  incarnation(): Promise<Incarnation>;
  /** Remembers the incarnation in the database itself: a copy of it is another one. */
  approve(fence: number, incarnation: string): Promise<void>;
  /** Nodes that are complete, and so never change. */
  addNodes(nodes: readonly TreeNode[]): Promise<void>;
  saveNote(fence: number, kind: LogNoteKind, note: string): Promise<void>;
}

/** Where and by which keys the log goes on, while nobody can move it. */
export interface KeySetPlace {
  /** Of the next fact. */
  readonly nextIndex: number;
  /** Note of the newest version; undefined before the first. */
  readonly newest: string | undefined;
  /** Note of the newest heartbeat; undefined before the first. */
  readonly heartbeat: string | undefined;
}

export interface NewKeySet {
  readonly version: number;
  readonly note: string;
}

export interface KeySetPublishing {
  newest(): Promise<KeySetPlace>;
  /** The signed note of a version. */
  findKeySet(version: number): Promise<string | undefined>;
  /**
   * One transaction that holds the head of the log: the note that `make` gives for this place is
   * stored under its version, and from the next fact on the sequencer signs by it. What `make`
   * throws publishes nothing; undefined publishes nothing either.
   */
  publish(make: (place: KeySetPlace) => Promise<NewKeySet | undefined>): Promise<void>;
}
