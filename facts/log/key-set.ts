import { toBase64, toHex } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';
import { FIRST_EPOCH } from '../core/types.ts';
import { isStrictPoint } from '../crypto/verify.ts';
import { linesOfText, logOfTitle, parseDecimal, parseWord } from './note-text.ts';

/*
 * Text of a key set, a note by the root before it and by its own (facts-v1, "Keys"):
 *
 *   <log>/keys
 *   <version>                              1, 2, 3 ...
 *   root <key>                             one
 *   fact <key> <from> <to> <void>          one or more, ascending; `-` where there is no number
 *   log <key> <from> <to> <void>           one or more, ascending
 *   time <key>                             one or more
 *   epoch <epoch> <first> <size> <root>    2, 3 ...; none before the first restored backup
 *
 * A key is base64 of 32 bytes, a number decimal without leading zero.
 */

/** Where a key counts: fact keys by index, log keys by size. */
export type KeyRange = {
  /** Raw Ed25519 public key, 32 bytes. */
  key: Uint8Array;
  from: number;
  /** The first number behind the range; null: it is open. */
  to: number | null;
  /** What the key signed at or above it is void; null: nothing. */
  void: number | null;
};

/** An epoch that a restored backup began. */
export type EpochStart = {
  epoch: number;
  /** Its first index. */
  first: number;
  /** Size of the last checkpoint before it that still counts, and its root hash, 32 bytes. */
  size: number;
  root: Uint8Array;
};

/** Raw public keys, 32 bytes each. */
export type KeySet = {
  log: string;
  version: number;
  root: Uint8Array;
  fact: KeyRange[];
  logKeys: KeyRange[];
  time: Uint8Array[];
  /** 2, 3 ... */
  epochs: EpochStart[];
};

const TITLE = '/keys';
const NOTHING = '-';

/** The first word of each line behind the version, joined. */
const ROLES = /^root(?: fact)+(?: log)+(?: time)+(?: epoch)*$/;

/** Name in notes of the key that signs key sets. */
export const rootName = (log: string): string => `${log}/root`;

/** Name in notes of the keys that sign heartbeats. */
export const timeName = (log: string): string => `${log}/time`;

/** The epoch in which facts are made now. */
export const newestEpoch = ({ epochs }: KeySet): number => epochs.at(-1)?.epoch ?? FIRST_EPOCH;

const malformed = (why: string): FactError => new FactError('keyset-malformed', why);

const keyOf = (text = ''): Uint8Array => {
  const key = parseWord(text);
  if (key === undefined || !isStrictPoint(key)) throw malformed(`${text} is no strict key`);
  return key;
};

const numberOf = (text = ''): number => {
  const value = parseDecimal(text);
  if (value === undefined) throw malformed(`${text} is no number`);
  return value;
};

const limitOf = (text = ''): number | null => (text === NOTHING ? null : numberOf(text));

const rangeOf = ([key, from, to, start]: string[]): KeyRange => {
  const range = { key: keyOf(key), from: numberOf(from), to: limitOf(to), void: limitOf(start) };
  if ((range.to ?? range.from) < range.from || (range.void ?? range.from) < range.from) {
    throw malformed(`a range that ends before ${from}`);
  }
  return range;
};

const epochOf = ([epoch, first, size, rootText = '']: string[]): EpochStart => {
  const root = parseWord(rootText);
  if (root === undefined) throw malformed(`${rootText} is no root hash`);
  return { epoch: numberOf(epoch), first: numberOf(first), size: numberOf(size), root };
};

/** Numbers of words in a line, its role among them. */
const WORDS = { root: 2, fact: 5, log: 5, time: 2, epoch: 5 } as const;

const fieldsOf = (rows: readonly string[][], role: keyof typeof WORDS): string[][] =>
  rows
    .filter(([word]) => word === role)
    .map((row) => {
      if (row.length !== WORDS[role]) throw malformed(`a line of ${row.length} words: ${role}`);
      return row.slice(1);
    });

const assureOrder = (ranges: readonly KeyRange[]): void => {
  for (const [at, { from }] of ranges.entries()) {
    const before = ranges[at - 1];
    if (before !== undefined && (before.to ?? Number.POSITIVE_INFINITY) > from) {
      throw malformed(`the range from ${from} overlaps the one before it`);
    }
  }
};

const assureEpochs = (epochs: readonly EpochStart[]): void => {
  if (epochs.some(({ epoch }, at) => epoch !== FIRST_EPOCH + 1 + at)) {
    throw malformed('epochs are 2, 3 and so on');
  }
};

/** A key has one role, and one range in it. */
const assureDistinct = ({ root, fact, logKeys, time }: KeySet): void => {
  const keys = [root, ...[...fact, ...logKeys].map(({ key }) => key), ...time];
  if (new Set(keys.map(toHex)).size < keys.length) throw malformed('a key twice');
};

/** Strict inverse of {@link formatKeySet}. Only a text whose signature holds may come here. */
export const parseKeySet = (text: string): KeySet => {
  const [title = '', version = '', ...lines] = linesOfText(text);
  const log = logOfTitle(title, TITLE);
  if (log === undefined) throw malformed(`not <log>${TITLE}`);
  const rows = lines.map((line) => line.split(' '));
  if (!ROLES.test(rows.map(([role]) => role).join(' '))) throw malformed('lines or their order');
  const set: KeySet = {
    log,
    version: numberOf(version),
    root: keyOf(rows[0]?.[1]),
    fact: fieldsOf(rows, 'fact').map(rangeOf),
    logKeys: fieldsOf(rows, 'log').map(rangeOf),
    time: fieldsOf(rows, 'time').map(([key]) => keyOf(key)),
    epochs: fieldsOf(rows, 'epoch').map(epochOf),
  };
  if (set.version === 0) throw malformed('versions begin with 1');
  assureOrder(set.fact);
  assureOrder(set.logKeys);
  assureEpochs(set.epochs);
  assureDistinct(set);
  return set;
};

const formatRange = (role: string) => (range: KeyRange) =>
  `${role} ${toBase64(range.key)} ${range.from} ${range.to ?? NOTHING} ${range.void ?? NOTHING}\n`;

/** The note text to sign. Throws `keyset-malformed` for what no reader would take. */
export const formatKeySet = (set: KeySet): string => {
  const text = [
    `${set.log}${TITLE}\n${set.version}\nroot ${toBase64(set.root)}\n`,
    ...set.fact.map(formatRange('fact')),
    ...set.logKeys.map(formatRange('log')),
    ...set.time.map((key) => `time ${toBase64(key)}\n`),
    ...set.epochs.map(
      ({ epoch, first, size, root }) => `epoch ${epoch} ${first} ${size} ${toBase64(root)}\n`,
    ),
  ].join('');
  parseKeySet(text);
  return text;
};
