/*
 * Vectors of the log have `check`, which says what is done with `input`, and `expect`: the value
 * that it gives, or the code of its refusal. Bytes are hexadecimal, notes base64.
 */

type Head = { size: number; root: string };
type Range = { keyId: string; from: number; to: number | null; void: number | null };
type TileAt = { level: number | 'entries'; index: number; width: number };

/** What reaches a reader: notes over either way, lines over the stream, or over HTTP. */
export type ReaderStep =
  | { keySet: string }
  | { heartbeat: string }
  | { live: string[] }
  /** From behind the reader's position on. */
  | { fetched: string[] }
  /** The shard from its first line on, because it is in doubt. */
  | { reread: string[] }
  /** The newest state note, and what is served under each hash. */
  | { snapshot: { note: string; nodes: NodeFiles } };

export type ReaderState = {
  position: number;
  /** The last position that a heartbeat has covered. */
  covered: number;
  /** Codes of this step, in their order. */
  refused: string[];
  /** The shard is to be fetched: at once, or after a heartbeat when it is behind for 1 s. */
  fetch: boolean;
  doubt: boolean;
  /** Positions that are chained and not folded. */
  void: number[];
};

/** Files by the hash, in hexadecimal, under which they are served; base64. */
export type NodeFiles = Record<string, string>;

/** What the state tree says of a tenant: `head` is base64url, `live` ascends by fact key. */
export type TenantValue = {
  tenant: string;
  seq: number;
  head: string;
  live: { kind: string; subject: string; seq: number }[];
};

type HeadsByShard = Record<string, { count: number; hash: string }>;

/** Input and value of each check. */
export type LogChecks = {
  /** Root of the tree over these entries. */
  tree: { input: { entries: string[] }; value: { root: string } };
  inclusion: {
    input: { index: number; leaf: string; size: number; root: string; proof: string[] };
    value: true;
  };
  consistency: { input: { older: Head; newer: Head; proof: string[] }; value: true };
  'note-key': { input: { key: string }; value: { name: string; keyHash: string } };
  /** `keys`: the known ones, in their text form; `signedBy`: `<name>+<key hash>` of some. */
  note: { input: { note: string; keys: string[] }; value: { text: string; signedBy: string[] } };
  checkpoint: {
    input: { note: string; origin: string; keys: string[] };
    value: Head & { origin: string; extensions: string[] };
  };
  'tile-path': { input: { path: string }; value: TileAt };
  /** Paths of all hash tiles of a tree of this size, level by level. */
  tiles: { input: { size: number }; value: string[] };
  /** The path of the tile that has a node of a tree of this size, and the node's hash out of it. */
  'tile-node': {
    input: { size: number; level: number; index: number; tile: string };
    value: { path: string; hash: string };
  };
  'entry-bundle': {
    input: { width: number; bundle: string };
    value: { entries: string[]; leaves: string[] };
  };
  /** `trusted`: the set that brought `root`; null when that is the pinned one. */
  'key-set': {
    input: { log: string; root: string; trusted: string | null; note: string };
    value: { version: number; fact: Range[]; log: Range[]; time: string[] };
  };
  /** `heads`: by shard name, those alone that have lines. */
  heartbeat: {
    input: { log: string; keySet: string; last: string | null; note: string };
    value: {
      epoch: number;
      fence: number;
      at: string;
      keySetVersion: number;
      checkpoint: Head | null;
      heads: HeadsByShard;
    };
  };
  /** `keySets`: versions 1 to the reader's newest; `last`: taken before, or null. */
  'state-note': {
    input: { keySets: string[]; last: string | null; note: string };
    value: {
      epoch: number;
      size: number;
      keySetVersion: number;
      root: string;
      heads: HeadsByShard;
    };
  };
  /** The whole tree; `tenants` ascend by tenant key. */
  'state-tree': {
    input: { log: string; epoch: number; root: string; nodes: NodeFiles };
    value: { tenants: TenantValue[] };
  };
  'state-view': {
    input: { tenant: string; keySets: string[]; view: string };
    value: { size: number; block: TenantValue | null };
  };
  /** `hash`: base64url. */
  'api-key': { input: { key: string }; value: { hash: string } };
  /** A registry's alone. `key`: the plane's note key; `last`: note of its last receipt. */
  receipt: {
    input: { log: string; name: string; key: string; last: string | null; note: string };
    value: { at: string; epoch: number; size: number; shards: number[] };
  };
  /** A reader of one shard that has nothing yet; the value is its state after each step. */
  reader: {
    input: { log: string; root: string; shard: number; steps: ReaderStep[] };
    value: ReaderState[];
  };
};

export type LogCheck = keyof LogChecks;

type Expectation<Value> = { value: Value } | { code: string };

export type LogVector = {
  [Check in LogCheck]: {
    rule: string;
    check: Check;
    input: LogChecks[Check]['input'];
    expect: Expectation<LogChecks[Check]['value']>;
  };
}[LogCheck];

/** What is to be refused; its file's name has the code. */
export type RefusedCase = {
  [Check in LogCheck]: { rule: string; check: Check; input: LogChecks[Check]['input'] };
}[LogCheck];
