import { toBase64 } from '../../core/bytes.ts';
import { FactError } from '../../core/errors.ts';
import { formatHeads, parseHeads } from '../heads.ts';
import type { Head } from '../heads.ts';
import { linesOfText, logOfTitle, numberIn, parseWord } from '../note-text.ts';

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

const numberOf = (text: string, least: number): number => numberIn(text, least, malformed);

const hashOf = (text: string): Uint8Array => {
  const hash = parseWord(text);
  if (hash === undefined) throw malformed(`${text} is no hash`);
  return hash;
};

/** Strict inverse of {@link formatStateNote}. Only a text whose signature holds may come here. */
export const parseStateNote = (text: string): StateNote => {
  const [title = '', epoch = '', size = '', version = '', root = '', ...heads] = linesOfText(text);
  const log = logOfTitle(title, TITLE);
  if (log === undefined) throw malformed(`not <log>${TITLE}`);
  return {
    log,
    epoch: numberOf(epoch, 1),
    size: numberOf(size, 0),
    keySetVersion: numberOf(version, 1),
    root: hashOf(root),
    heads: parseHeads(heads, malformed),
  };
};

/** The note text to sign. Throws `state-malformed` for what no reader would take. */
export const formatStateNote = (note: StateNote): string => {
  const { log, epoch, size, keySetVersion, root, heads } = note;
  const lines = formatHeads(heads);
  const text = `${log}${TITLE}\n${epoch}\n${size}\n${keySetVersion}\n${toBase64(root)}\n${lines}`;
  parseStateNote(text);
  return text;
};
