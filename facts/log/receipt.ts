import { FactError } from '../core/errors.ts';
import { isInstant } from '../core/formats.ts';
import { SHARD_COUNT } from '../crypto/shard.ts';
import { openNote } from './note.ts';
import type { NoteVerifier } from './note-key.ts';
import { linesOfText, logOfTitle, numberIn } from './note-text.ts';

/*
 * Text of a receipt, a note by a plane's key (facts-v1, "Receipts"):
 *
 *   <log>/receipt
 *   <name>            of the plane
 *   <time>            RFC 3339, UTC, milliseconds
 *   <epoch>           1, 2, 3 ...
 *   <size>            of the log: every fact below it, of the shards followed, is applied
 *   <shards>          64 hexadecimal digits: bit n from the left is shard n
 */

export type Receipt = {
  log: string;
  /** The plane's. */
  name: string;
  /** RFC 3339, UTC, milliseconds. */
  at: string;
  epoch: number;
  size: number;
  /** Those that the plane follows, ascending. */
  shards: number[];
};

const TITLE = '/receipt';
/** Of a plane, in its key's name and in its receipts. */
export const PLANE_NAME = /^[a-z0-9][a-z0-9.-]{0,62}$/;
const SHARDS = /^[0-9a-f]{64}$/;
const BITS = 4;

/** Name in notes of the key of a plane. */
export const planeKeyName = (log: string, name: string): string => `${log}/plane/${name}`;

export const isPlaneName = (name: string): boolean => PLANE_NAME.test(name);

/** 64 hexadecimal digits, bit n from the left is shard n. */
export const formatShards = (shards: readonly number[]): string => {
  const digits = Array.from({ length: SHARD_COUNT / BITS }, () => 0);
  for (const shard of shards) {
    const at = Math.floor(shard / BITS);
    digits[at] = (digits[at] ?? 0) | (1 << (BITS - 1 - (shard % BITS)));
  }
  return digits.map((digit) => digit.toString(16)).join('');
};

/** Strict inverse of {@link formatShards}; undefined for anything it does not write. */
export const parseShards = (text: string): number[] | undefined => {
  if (!SHARDS.test(text)) return undefined;
  return Array.from({ length: SHARD_COUNT }, (_, shard) => shard).filter((shard) => {
    const digit = Number.parseInt(text.charAt(Math.floor(shard / BITS)), 16);
    return (digit & (1 << (BITS - 1 - (shard % BITS)))) !== 0;
  });
};

const malformed = (why: string): FactError => new FactError('receipt-malformed', why);

const numberOf = (text: string, least: number): number => numberIn(text, least, malformed);

/** Strict inverse of {@link formatReceipt}. Only a text whose signature holds may come here. */
export const parseReceipt = (text: string): Receipt => {
  const [title = '', name = '', at = '', epoch = '', size = '', encoded = '', ...more] =
    linesOfText(text);
  const log = logOfTitle(title, TITLE);
  if (log === undefined) throw malformed(`not <log>${TITLE}`);
  if (!isPlaneName(name)) throw malformed('no name of a plane');
  if (!isInstant(at)) throw malformed(`${at} is no time`);
  const shards = parseShards(encoded);
  if (shards === undefined || more.length > 0) throw malformed('no 64 digits of shards at its end');
  return { log, name, at, epoch: numberOf(epoch, 1), size: numberOf(size, 0), shards };
};

/** The note text to sign. Throws `receipt-malformed` for what no registry would take. */
export const formatReceipt = ({ log, name, at, epoch, size, shards }: Receipt): string => {
  const text = `${log}${TITLE}\n${name}\n${at}\n${epoch}\n${size}\n${formatShards(shards)}\n`;
  parseReceipt(text);
  return text;
};

/** A plane that receipts are taken from. */
export type KnownPlane = { log: string; name: string; key: NoteVerifier };

/**
 * The receipt in a signed note, as the one after `last`; throws a FactError. Checks in the order
 * of facts-v1, "Receipts".
 */
export const openReceipt = (note: Uint8Array, plane: KnownPlane, last?: Receipt): Receipt => {
  const receipt = parseReceipt(openNote(note, [plane.key]).text);
  if (receipt.log !== plane.log || receipt.name !== plane.name) {
    throw new FactError('receipt-mismatch', `of ${receipt.name} and ${receipt.log}`);
  }
  // A smaller size is the truth of a plane that was restored. One form, so texts compare as times.
  if (last !== undefined && receipt.at <= last.at) {
    throw new FactError('receipt-rollback', `${receipt.at} after ${last.at}`);
  }
  return receipt;
};
