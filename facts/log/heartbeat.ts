import { fromBase64, fromUtf8, toBase64, utf8 } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';
import { isInstant } from '../core/formats.ts';
import { formatHeads, parseHeads } from './heads.ts';
import type { Head } from './heads.ts';
import { linesOfText, logOfTitle, numberIn } from './note-text.ts';

/*
 * Text of a heartbeat, a note by a time key (facts-v1, "Heartbeats"):
 *
 *   <log>/heartbeat
 *   <epoch>                          1, 2, 3 ...
 *   <fence>                          of the leader
 *   <time>                           RFC 3339, UTC, milliseconds
 *   <version>                        of the key set: 1, 2, 3 ...
 *   -, or base64(note)               the newest signed checkpoint
 *   <count> <base64(H(count))>       256 lines, shards 00 to ff
 */

export type Heartbeat = {
  log: string;
  epoch: number;
  /** Grows with each change of leader. */
  fence: number;
  /** RFC 3339, UTC, milliseconds. */
  at: string;
  keySetVersion: number;
  /** Text of the signed note; null before the epoch's first. */
  checkpoint: string | null;
  /** By shard, 256 of them. */
  heads: Head[];
};

const TITLE = '/heartbeat';
const NOTHING = '-';

const malformed = (why: string): FactError => new FactError('heartbeat-malformed', why);

const numberOf = (text: string, least: number): number => numberIn(text, least, malformed);

const checkpointOf = (text: string): string | null => {
  if (text === NOTHING) return null;
  const note = fromBase64(text);
  if (note === undefined) throw malformed('the checkpoint is not base64');
  try {
    return fromUtf8(note);
  } catch {
    throw malformed('the checkpoint is not UTF-8');
  }
};

/** Strict inverse of {@link formatHeartbeat}. Only a text whose signature holds may come here. */
export const parseHeartbeat = (text: string): Heartbeat => {
  const [title = '', epoch = '', fence = '', at = '', version = '', note = '', ...heads] =
    linesOfText(text);
  const log = logOfTitle(title, TITLE);
  if (log === undefined) throw malformed(`not <log>${TITLE}`);
  if (!isInstant(at)) throw malformed(`${at} is no time`);
  return {
    log,
    epoch: numberOf(epoch, 1),
    fence: numberOf(fence, 0),
    at,
    keySetVersion: numberOf(version, 1),
    checkpoint: checkpointOf(note),
    heads: parseHeads(heads, malformed),
  };
};

/** The note text to sign. Throws `heartbeat-malformed` for what no reader would take. */
export const formatHeartbeat = (heartbeat: Heartbeat): string => {
  const { log, epoch, fence, at, keySetVersion, checkpoint, heads } = heartbeat;
  const note = checkpoint === null ? NOTHING : toBase64(utf8(checkpoint));
  const text =
    `${log}${TITLE}\n${epoch}\n${fence}\n${at}\n${keySetVersion}\n${note}\n` + formatHeads(heads);
  parseHeartbeat(text);
  return text;
};
