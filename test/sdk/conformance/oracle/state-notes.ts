import { NUM, WORD, countsAt, isSafe, newestEpochOf, originOf, textOfNote } from './notes.ts';
import type { OracleKeySet } from './notes.ts';

/* State notes, judged by facts-v1, "State tree" (checks 1 to 8), with other means than any kit's. */

const STATE_NOTE = new RegExp(
  `^(?<log>[a-z0-9][a-z0-9._/-]*)/state\\n(?<epoch>[1-9][0-9]*)\\n(?<size>${NUM})\\n` +
    `(?<version>[1-9][0-9]*)\\n(?<root>${WORD})\\n(?<heads>(?:${NUM} ${WORD}\\n){256})$`,
);

type Head = { count: number; hash: string };

export type OracleStateNote = {
  log: string;
  epoch: number;
  size: number;
  version: number;
  /** Hexadecimal, as the hashes of the heads are. */
  root: string;
  heads: Head[];
};

const hexOf = (word: string): string => Buffer.from(word, 'base64').toString('hex');

/** The state note in a text, by its form alone. */
export const readStateNote = (text: string): OracleStateNote | undefined => {
  const { log = '', root = '', heads = '', ...numbers } = STATE_NOTE.exec(text)?.groups ?? {};
  if (log === '' || !isSafe(text)) return undefined;
  const rows = heads.trimEnd().split('\n');
  return {
    log,
    epoch: Number(numbers['epoch']),
    size: Number(numbers['size']),
    version: Number(numbers['version']),
    root: hexOf(root),
    heads: rows.map((row) => {
      const [count, word = ''] = row.split(' ');
      return { count: Number(count), hash: hexOf(word) };
    }),
  };
};

/** Check 7: of the facts below the size none became void by a later version than the note's. */
const isStillWhole = (size: number, newest: OracleKeySet, then: OracleKeySet): boolean =>
  newest.fact
    .filter(({ start }) => start < size)
    .every(({ key, start }) => then.fact.some((one) => one.key === key && one.start <= start));

/** Check 8. */
const hasGrown = (note: OracleStateNote, last: OracleStateNote): boolean => {
  if (last.epoch !== note.epoch) return true;
  const isSame = note.size === last.size && note.version === last.version;
  return note.size >= last.size && (!isSame || note.root === last.root);
};

/** What a reader of these key sets, the newest last, may take the note for; undefined: nothing. */
export const standingNote = (
  note: Buffer,
  sets: readonly OracleKeySet[],
  last?: OracleStateNote,
): OracleStateNote | undefined => {
  const [newest, stated] = [sets.at(-1), readStateNote(textOfNote(note) ?? '')];
  if (newest === undefined || stated?.log !== newest.log) return undefined;
  const then = sets.find(({ version }) => version === stated.version);
  const epoch = newestEpochOf(newest);
  const holds =
    then !== undefined &&
    stated.epoch === epoch &&
    countsAt(stated.size, note, originOf(newest.log, epoch), newest) &&
    isStillWhole(stated.size, newest, then) &&
    (last === undefined || hasGrown(stated, last));
  return holds ? stated : undefined;
};

/** By the name of the shard, those that have lines. */
export const headsByName = ({ heads }: OracleStateNote): Record<string, Head> =>
  Object.fromEntries(
    heads
      .map((head, shard) => [shard.toString(16).padStart(2, '0'), head] as const)
      .filter(([, { count }]) => count > 0),
  );
