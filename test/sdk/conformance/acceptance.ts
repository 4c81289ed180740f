import { isDeepStrictEqual } from 'node:util';
import { headOfLines } from '../support/log-writer.ts';
import { bytesOf, textAt } from './places.ts';
import type { VectorMutant } from './vector-mutants.ts';
import type { Json } from './vectors.ts';

/*
 * Whether a kit has taken changed bytes for true ones. Positions and indexes of lines are not
 * signed, and lines that are dropped unread may hold anything: what counts is what is applied.
 */

const envelopeOf = (line: string): string =>
  line.slice(line.indexOf(' ', line.indexOf(' ') + 1) + 1);

/** So many lines of the shard, from the first on, are in the mutant as they were signed. */
const trueLines = (original: readonly string[], mutated: readonly string[]): number => {
  const there = new Set(mutated.map((line) => `${line.split(' ', 1)[0]} ${envelopeOf(line)}`));
  const missing = original.findIndex((line, at) => !there.has(`${at + 1} ${envelopeOf(line)}`));
  return missing === -1 ? original.length : missing;
};

const takesChangedLine = ({ origin, vector }: VectorMutant, answer: Json): boolean => {
  const original = origin.vector['lines'] as string[];
  const accepted = answer['accepted'] as number;
  if (accepted > trueLines(original, vector['lines'] as string[])) return true;
  const { hash } = headOfLines(original.slice(0, accepted));
  return (answer['head'] as Json)['hash'] !== Buffer.from(hash).toString('hex');
};

const textOfNote = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.lastIndexOf('\n\n') + 1);

const takesChangedNote = ({ origin, place, vector }: VectorMutant, value: unknown): boolean => {
  const textIn = (one: Json): Buffer => textOfNote(bytesOf(textAt(one, place), 'note'));
  if (!textIn(origin.vector).equals(textIn(vector))) return true;
  const original = (origin.vector['expect'] as Json)['value'] as Json;
  if (origin.vector['check'] !== 'note') return !isDeepStrictEqual(value, original);
  // A key whose line is gone, or is now an unknown key's, has not signed.
  const signers = original['signedBy'] as string[];
  const { text, signedBy } = value as { text: string; signedBy: string[] };
  return text !== original['text'] || signedBy.some((signer) => !signers.includes(signer));
};

const PROVEN = ['inclusion', 'consistency', 'note-key'];
/** These decode: other bytes are another value, never the same. */
const DECODED = ['tile-path', 'entry-bundle'];

/** Every tree is consistent with that of no leaves: nothing about the newer one is proven. */
const startsEmpty = ({ origin, place }: VectorMutant): boolean => {
  const { older } = origin.vector['input'] as { older?: { size: number } };
  return older?.size === 0 && place.path.includes('newer');
};

const takesChangedValue = (mutant: VectorMutant, value: unknown): boolean => {
  const check = String(mutant.origin.vector['check']);
  if (mutant.place.form === 'note') return takesChangedNote(mutant, value);
  const original = (mutant.origin.vector['expect'] as Json)['value'];
  if (DECODED.includes(check)) return isDeepStrictEqual(value, original);
  if (startsEmpty(mutant)) return false;
  return PROVEN.includes(check);
};

/** A changed vector was accepted, though nobody signed or proved what was changed. */
export const isWronglyAccepted = (mutant: VectorMutant, answer: unknown): boolean => {
  if (mutant.isSigned || isDeepStrictEqual(mutant.vector, mutant.origin.vector)) return false;
  const given = answer as Json;
  if ('holds' in given) return given['holds'] === true;
  if ('accepted' in given) return takesChangedLine(mutant, given);
  // Stories tell of lines that are refused, dropped and fetched again: compared, not judged.
  if (mutant.origin.vector['check'] === 'reader') return false;
  return 'value' in given && takesChangedValue(mutant, given['value']);
};
