import { equalBytes, toBase64 } from '../core/bytes.ts';
import type { FactError } from '../core/errors.ts';
import { EMPTY_HASH } from '../crypto/hash.ts';
import { SHARD_COUNT } from '../crypto/shard.ts';
import { numberIn, parseWord } from './note-text.ts';

/*
 * The last lines of heartbeats and state notes (facts-v1):
 *
 *   <count> <base64(H(count))>       256 lines, shards 00 to ff
 */

/** How many lines a shard has, and the running hash of the last, 32 bytes. */
export type Head = { count: number; hash: Uint8Array };

/** Of a log of nothing. */
export const emptyHeads = (): Head[] =>
  Array.from({ length: SHARD_COUNT }, () => ({ count: 0, hash: EMPTY_HASH }));

type Refuse = (why: string) => FactError;

const headOf = (line: string, refuse: Refuse): Head => {
  const [count = '', encoded = '', ...more] = line.split(' ');
  const hash = parseWord(encoded);
  if (hash === undefined || more.length > 0) throw refuse('not <count> <hash>');
  return { count: numberIn(count, 0, refuse), hash };
};

/** Strict inverse of {@link formatHeads}, 256 of them; throws what `refuse` makes. */
export const parseHeads = (lines: readonly string[], refuse: Refuse): Head[] => {
  if (lines.length !== SHARD_COUNT) throw refuse(`${lines.length} shards`);
  let last: Head | undefined;
  return lines.map((line, at) => {
    // Most shards of a small registry are empty: the same line is parsed once.
    if (last === undefined || line !== lines[at - 1]) last = headOf(line, refuse);
    return last;
  });
};

const lineOf = ({ count, hash }: Head): string => `${count} ${toBase64(hash)}\n`;

/** Of most shards of a small registry. */
const EMPTY_LINE = lineOf({ count: 0, hash: EMPTY_HASH });

const isEmpty = ({ count, hash }: Head): boolean => count === 0 && equalBytes(hash, EMPTY_HASH);

/** Each line with its newline. */
export const formatHeads = (heads: readonly Head[]): string =>
  heads.map((head) => (isEmpty(head) ? EMPTY_LINE : lineOf(head))).join('');
