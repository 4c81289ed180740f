import { fromBase64, toBase64 } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';
import { FIRST_EPOCH } from '../core/types.ts';
import { HASH_BYTES } from './hashes.ts';
import { openNote } from './note.ts';
import type { NoteVerifier } from './note-key.ts';
import { parseDecimal } from './note-text.ts';
import type { TreeHead } from './proofs.ts';

/*
 * Text of a signed checkpoint (C2SP tlog-checkpoint), a note:
 *
 *   origin                        of the log and epoch: `<log>`, `<log>/<epoch>` (DESIGN 3)
 *   number of leaves              decimal, no leading zero
 *   base64(root hash)             32 bytes
 *   extension lines               none of ours; each is not empty
 */

export type Checkpoint = TreeHead & { origin: string; extensions: readonly string[] };

/** First line of an epoch's checkpoints, and name of the log key in their notes. */
export const checkpointOrigin = (log: string, epoch: number): string =>
  epoch === FIRST_EPOCH ? log : `${log}/${epoch}`;

const malformed = (why: string): FactError => new FactError('checkpoint-malformed', why);

/** Strict inverse of {@link formatCheckpoint}. Only a text whose signature holds may come here. */
export const parseCheckpoint = (text: string): Checkpoint => {
  const [origin, sizeText, rootText, ...extensions] = text.slice(0, -1).split('\n');
  if (!text.endsWith('\n') || sizeText === undefined || rootText === undefined) {
    throw malformed('not three lines');
  }
  if (origin === undefined || origin === '') throw malformed('no origin');
  const size = parseDecimal(sizeText);
  if (size === undefined) throw malformed(`${sizeText} is no size within 2^53 - 1`);
  const root = fromBase64(rootText);
  if (root?.length !== HASH_BYTES) throw malformed('the root is not base64 of 32 bytes');
  if (extensions.includes('')) throw malformed('an empty extension line');
  return { origin, size, root, extensions };
};

/** The note text to sign. Throws `checkpoint-malformed` for what no reader would take. */
export const formatCheckpoint = ({ origin, size, root, extensions }: Checkpoint): string => {
  const lines = [origin, String(size), toBase64(root), ...extensions];
  if (lines.some((line) => line.includes('\n'))) throw malformed('a newline within a line');
  const text = `${lines.join('\n')}\n`;
  parseCheckpoint(text);
  return text;
};

/**
 * The checkpoint in a signed note. `keys` are the log's own: a witness's signature does not make a
 * checkpoint. Throws a `note-…` or `checkpoint-…` FactError; consistency with earlier ones is the
 * caller's to check.
 */
export const openCheckpoint = (
  note: Uint8Array,
  origin: string,
  keys: readonly NoteVerifier[],
): Checkpoint => {
  const checkpoint = parseCheckpoint(openNote(note, keys).text);
  if (checkpoint.origin !== origin) {
    throw new FactError('checkpoint-origin-mismatch', `${checkpoint.origin}, not ${origin}`);
  }
  return checkpoint;
};
