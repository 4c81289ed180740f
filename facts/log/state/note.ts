import { toBase64 } from '../../core/bytes.ts';
import { FactError } from '../../core/errors.ts';
import { SHARD_COUNT } from '../../crypto/shard.ts';
import type { Head } from '../heartbeat.ts';
import { linesOfText, logOfTitle, parseDecimal, parseWord } from '../note-text.ts';

/*
 * Text of a state note, a note by a log key (facts-v1, "State tree"):
 *
 *   <log>/state
 *   <epoch>                          1, 2, 3 ...
 *   <size>                           of the log
 *   <version>                        of the key set by which facts were void or not
 *   <base64(root)>                   of the state tree
 *   <count> <base64(H(count))>       256 lines, shards 00 to ff
 */

export type StateNote = {
  log: string;
  epoch: number;
  /** Facts with a smaller index are in it. */
  size: number;
  keySetVersion: number;
  /** 32 bytes. */
  root: Uint8Array;
  /** By shard, 256 of them. */
  heads: Head[];
};

const TITLE = '/state';

const malformed = (why: string): FactError => new FactError('state-malformed', why);

const numberOf = (text: string, least: number): number => {
  const value = parseDecimal(text);
  if (value === undefined || value < least) throw malformed(`${text} is no number`);
  return value;
};

const hashOf = (text: string): Uint8Array => {
  const hash = parseWord(text);
  if (hash === undefined) throw malformed(`${text} is no hash`);
  return hash;
};

const headOf = (line: string): Head => {
  const [count = '', hash = '', ...more] = line.split(' ');
  if (more.length > 0) throw malformed('not <count> <hash>');
  return { count: numberOf(count, 0), hash: hashOf(hash) };
};

/** Strict inverse of {@link formatStateNote}. Only a text whose signature holds may come here. */
export const parseStateNote = (text: string): StateNote => {
  const [title = '', epoch = '', size = '', version = '', root = '', ...heads] = linesOfText(text);
  const log = logOfTitle(title, TITLE);
  if (log === undefined) throw malformed(`not <log>${TITLE}`);
  if (heads.length !== SHARD_COUNT) throw malformed(`${heads.length} shards`);
  return {
    log,
    epoch: numberOf(epoch, 1),
    size: numberOf(size, 0),
    keySetVersion: numberOf(version, 1),
    root: hashOf(root),
    heads: heads.map(headOf),
  };
};

/** The note text to sign. Throws `state-malformed` for what no reader would take. */
export const formatStateNote = (note: StateNote): string => {
  const { log, epoch, size, keySetVersion, root, heads } = note;
  const lines = heads.map(({ count, hash }) => `${count} ${toBase64(hash)}\n`).join('');
  const text = `${log}${TITLE}\n${epoch}\n${size}\n${keySetVersion}\n${toBase64(root)}\n${lines}`;
  parseStateNote(text);
  return text;
};
