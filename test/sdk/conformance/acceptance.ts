import { isDeepStrictEqual } from 'node:util';
import { publicKeyOf, replayLines } from './oracle/lines.ts';
import { mayBeat, mayFollow, readCheckpoint, readHeartbeat } from './oracle/notes.ts';
import { isSignedBy, keyIn, readKeySet, textOfNote } from './oracle/notes.ts';
import { READINGS } from './oracle/readings.ts';
import { firstOutrun } from './oracle/stories.ts';
import { bundleOf, leavesOf, nodeInTile, treeRoot } from './oracle/trees.ts';
import { bytesOf, textAt } from './places.ts';
import type { VectorMutant } from './vector-mutants.ts';
import type { Json } from './vectors.ts';

/*
 * Whether a kit has taken changed bytes for true ones. What nobody signed or proved must be refused.
 * What is signed again, as by a thief of the keys, may be a fact or a note that only differs: then
 * an oracle that shares no code with any kit (oracle/) says what there is to be taken.
 */

/** Lines whose fate is not that of a replay by the oracle. */
const departsFromReplay = ({ vector }: VectorMutant, answer: Json): boolean => {
  const { log, shard, lines } = vector as { log: string; shard: number; lines: string[] };
  const keys = Object.entries(vector['keys'] as Record<string, string>).map(
    ([keyId, key]) => [keyId, publicKeyOf(Buffer.from(key, 'base64'))] as const,
  );
  const { accepted, ...head } = replayLines(lines, { log, shard, keys: new Map(keys) });
  return answer['accepted'] !== accepted || !isDeepStrictEqual(answer['head'], head);
};

/** Compared by its bytes: what is no UTF-8 is none of the text either. */
const signedPart = (note: Buffer): string =>
  note.subarray(0, note.lastIndexOf('\n\n') + 1).toString('latin1');

const takesChangedNote = ({ origin, place, vector }: VectorMutant, value: unknown): boolean => {
  const signedIn = (one: Json): string => signedPart(bytesOf(textAt(one, place), 'note'));
  if (signedIn(origin.vector) !== signedIn(vector)) return true;
  const original = (origin.vector['expect'] as Json)['value'] as Json;
  if (origin.vector['check'] !== 'note') return !isDeepStrictEqual(value, original);
  // A key whose line is gone, or is now an unknown key's, has not signed.
  const signers = original['signedBy'] as string[];
  const { text, signedBy } = value as { text: string; signedBy: string[] };
  return text !== original['text'] || signedBy.some((signer) => !signers.includes(signer));
};

/** Every tree is consistent with that of no leaves: nothing about the newer one is proven. */
const startsEmpty = ({ origin, place }: VectorMutant): boolean => {
  const { older } = origin.vector['input'] as { older?: { size: number } };
  return older?.size === 0 && place.path.includes('newer');
};

type Decoded = { input: Json; value: Json };

/** What is not proven is decoded: the value is what these very bytes say. */
const DECODED: Record<string, (given: Decoded, original: unknown) => boolean> = {
  tree: ({ input, value }) => value['root'] === treeRoot(input['entries'] as string[]),
  'tile-path': ({ value }, original) => !isDeepStrictEqual(value, original),
  'tile-node': ({ input, value }) => {
    const node = { level: Number(input['level']), index: Number(input['index']) };
    return value['hash'] === nodeInTile(node, String(input['tile']));
  },
  'entry-bundle': ({ input, value }) => {
    const entries = value['entries'] as string[];
    const isWhole = bundleOf(entries) === input['bundle'];
    return isWhole && isDeepStrictEqual(value['leaves'], leavesOf(entries));
  },
};

const takesChangedValue = (mutant: VectorMutant, value: unknown): boolean => {
  const { origin, vector, place } = mutant;
  if (place.form === 'note') return takesChangedNote(mutant, value);
  const given = { input: vector['input'] as Json, value: value as Json };
  const original = (origin.vector['expect'] as Json)['value'];
  const decoded = DECODED[String(origin.vector['check'])]?.(given, original);
  return decoded === undefined ? !startsEmpty(mutant) : !decoded;
};

const textIn = (note: unknown): string => textOfNote(bytesOf(String(note), 'note')) ?? '';

/** One of the note keys that are given has signed. */
const isByOneOf = (note: unknown, keys: unknown): boolean => {
  const bytes = bytesOf(String(note), 'note');
  return (keys as string[]).some((key) =>
    isSignedBy(bytes, key.split('+', 1)[0] ?? '', keyIn(key)),
  );
};

/** What a note that is signed truly may be taken for, by its check. */
const NOTES: Record<string, (input: Json, value: Json) => boolean> = {
  note: ({ note, keys }, { text }) => text === textIn(note) && isByOneOf(note, keys),
  checkpoint: ({ note, origin, keys }, { size, root }) => {
    const found = readCheckpoint(textIn(note), String(origin));
    const hash = Buffer.from(found?.root ?? '', 'base64').toString('hex');
    return size === found?.size && root === hash && isByOneOf(note, keys);
  },
  'key-set': ({ note, log, root, trusted }, { version }) => {
    const before = trusted === null ? undefined : readKeySet(textIn(trusted));
    const given = { root: keyIn(String(root)), trusted: before };
    const isNext = mayFollow(bytesOf(String(note), 'note'), String(log), given);
    return isNext && version === readKeySet(textIn(note))?.version;
  },
  heartbeat: ({ note, keySet, last }, { at, fence }) => {
    const [set, beat] = [readKeySet(textIn(keySet)), readHeartbeat(textIn(note))];
    const before = last === null ? undefined : readHeartbeat(textIn(last));
    const isNext = set !== undefined && mayBeat(bytesOf(String(note), 'note'), set, before);
    return isNext && at === beat?.at && fence === beat?.fence;
  },
};

const outrunsStory = ({ vector }: VectorMutant, value: unknown): boolean => {
  const story = vector['input'] as Parameters<typeof firstOutrun>[0];
  return firstOutrun(story, value as Parameters<typeof firstOutrun>[1]) !== undefined;
};

/** A changed vector was accepted, and is neither signed and proved nor valid by its meaning. */
export const isWronglyAccepted = (mutant: VectorMutant, answer: unknown): boolean => {
  const { origin, vector, isSigned } = mutant;
  const [given, check] = [answer as Json, String(origin.vector['check'])];
  if ('accepted' in given) return departsFromReplay(mutant, given);
  if (check === 'reader') return outrunsStory(mutant, given['value']);
  if (isDeepStrictEqual(vector, origin.vector)) return false;
  if ('holds' in given) return given['holds'] === true;
  if (!('value' in given)) return false;
  const input = vector['input'] as Json;
  const reading = READINGS[check];
  if (reading !== undefined) return !isDeepStrictEqual(given['value'], reading(input));
  if (!isSigned) return takesChangedValue(mutant, given['value']);
  return NOTES[check]?.(input, given['value'] as Json) !== true;
};

/** Who has signed has no say in these: there is one reading, and it must be the answer. */
const READ_BY_ALL = new Set(['state-tree', 'api-key']);

/** A changed vector was refused although the specification reads something in it. */
export const isWronglyRefused = ({ origin, vector }: VectorMutant, answer: unknown): boolean => {
  const check = String(origin.vector['check']);
  if (!READ_BY_ALL.has(check) || !('code' in (answer as Json))) return false;
  return READINGS[check]?.(vector['input'] as Json) !== undefined;
};
