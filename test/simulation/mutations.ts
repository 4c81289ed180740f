/**
 * The protections that can be switched off, one at a time: each is a negative control, and the
 * simulation has to notice it. They change parts of the simulation, never product code.
 */
export const MUTATIONS = [
  /** Lines go to the stream before the transaction that gives them their index. */
  'publish-before-commit',
  /** A reader drops what has a stream sequence that it has seen: a lost tail hands them out anew. */
  'trust-stream-sequence',
  /** Two commits of one tenant may read the same head. */
  'drop-head-lock',
  /** Shard heads over envelopes, whose JSON is malleable, instead of leaf hashes. */
  'hash-envelope',
  /** Facts that do not name the one before them, and a signer that does not look. */
  'skip-prev',
  /** Heartbeats say that the registry lives, and not where its shards stand. */
  'skip-shard-heads',
  /** A leader does not compare a database that came back with what was signed about it. */
  'skip-incarnation-guard',
  /** It compares it with the last checkpoint, and not with the stream. */
  'skip-stream-comparison',
  /** A recovered database keeps its unsigned facts as they are, behind others than they name. */
  'skip-outbox-rewrite',
  /** A batch that grew has the message id of the smaller one. */
  'message-id-without-last',
  /** A reader folds what the thief of a key signed. */
  'fold-void',
  /** The sequencer goes on with a fact key that was replaced. */
  'sign-by-closed-key',
] as const;

export type Mutation = (typeof MUTATIONS)[number];
