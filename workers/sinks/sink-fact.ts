import { fromBase64Url, toHex } from '../../facts/core/bytes.ts';
import { parseLine } from '../../facts/core/line.ts';
import { EMPTY_HASH, runningHash } from '../../facts/crypto/hash.ts';
import type { SinkFact } from '../../ports/fact-sink.ts';
import type { Accepted } from '../../sdk/typescript/reader.ts';

/** Running hash of a shard behind a fact that a reader accepted. */
export const hashBehind = (before: Uint8Array, { leaf }: Accepted): Uint8Array =>
  runningHash(before, fromBase64Url(leaf) ?? EMPTY_HASH);

export const sinkFactOf = (accepted: Accepted, hash: Uint8Array): SinkFact => {
  const { shard, position, index, isVoid, fact, line } = accepted;
  const { envelope } = parseLine(line);
  return { shard, position, index, hash: toHex(hash), isVoid, fact, envelope };
};

/** All facts of a shard, from position 1 on. */
export const sinkFactsOf = (accepted: readonly Accepted[]): SinkFact[] => {
  let hash = EMPTY_HASH;
  return accepted.map((one) => {
    hash = hashBehind(hash, one);
    return sinkFactOf(one, hash);
  });
};
