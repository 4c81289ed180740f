/*
 * A vector's file name is its rule: `valid/<case>.json`, `invalid/<code>.json` or
 * `invalid/<code>--<case>.json`. Those named `ed25519-…` are SignatureVectors, those with a member
 * `check` are LogVectors (log-vector.ts), the others ShardVectors.
 */

/** Lines of one shard as HTTP serves them, read by a reader that has nothing yet. */
export type ShardVector = {
  /** What the vector is about, for people. */
  rule: string;
  log: string;
  /** Key id -> raw Ed25519 public key, base64. */
  keys: Record<string, string>;
  shard: number;
  lines: string[];
  /** How many of the lines are accepted; the next one is refused with the file's code. */
  accepted: number;
  /** Position, index and running hash behind the accepted lines. */
  head: { position: number; index: number; hash: string };
};

/** One signature under the strict profile. Hexadecimal. */
export type SignatureVector = {
  rule: string;
  publicKey: string;
  message: string;
  signature: string;
};
