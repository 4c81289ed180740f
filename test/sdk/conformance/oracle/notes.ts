import { createHash, verify } from 'node:crypto';
import { decodeBase64, publicKeyOf } from './lines.ts';

/*
 * Texts of notes that are signed truly, judged by facts-v1 with other means than any kit's: the
 * text's grammar as one expression, and then the table of checks.
 */

export const NUM = '(?:0|[1-9][0-9]{0,15})';
export const WORD = '[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=';
const KEY_SET = new RegExp(
  `^(?<log>[a-z0-9][a-z0-9._/-]*)/keys\\n(?<version>[1-9][0-9]*)\\nroot ${WORD}\\n` +
    `(?:fact ${WORD} ${NUM} (?:${NUM}|-) (?:${NUM}|-)\\n)+` +
    `(?:log ${WORD} ${NUM} (?:${NUM}|-) (?:${NUM}|-)\\n)+` +
    `(?:time ${WORD}\\n)+(?:epoch ${NUM} ${NUM} ${NUM} ${WORD}\\n)*$`,
);
const HEARTBEAT = new RegExp(
  `^(?<log>[a-z0-9][a-z0-9._/-]*)/heartbeat\\n(?<epoch>[1-9][0-9]*)\\n(?<fence>${NUM})\\n` +
    `(?<at>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z)\\n(?<version>[1-9][0-9]*)\\n` +
    `(?<note>-|[A-Za-z0-9+/]+={0,2})\\n(?<heads>(?:${NUM} ${WORD}\\n){256})$`,
);
const CHECKPOINT = new RegExp(
  `^(?<origin>[^\\n]+)\\n(?<size>${NUM})\\n(?<root>${WORD})\\n(?:[^\\n]+\\n)*$`,
);

/** The text of a note; undefined when two parts are not to be seen. */
export const textOfNote = (note: Buffer): string | undefined => {
  const end = note.lastIndexOf('\n\n');
  return end === -1 ? undefined : note.subarray(0, end + 1).toString();
};

export const isSafe = (text: string): boolean =>
  (text.match(/(?<=^| )\d+(?=$| )/gm) ?? []).every((number) => Number.isSafeInteger(+number));

/** The public key in a note key. */
export const keyIn = (noteKey: string): Buffer =>
  Buffer.from(noteKey.replace(/^[^+]*\+[^+]*\+/, ''), 'base64').subarray(1);

/** By a key of this name: a line of it is there, and holds. */
export const isSignedBy = (note: Buffer, name: string, raw: Buffer): boolean => {
  const end = note.lastIndexOf('\n\n');
  const hash = createHash('sha256').update(`${name}\n\u0001`).update(raw).digest().subarray(0, 4);
  const lines = note
    .subarray(end + 2)
    .toString()
    .split('\n');
  return lines
    .filter((line) => line.startsWith(`\u2014 ${name} `))
    .map((line) => Buffer.from(line.slice(name.length + 3), 'base64'))
    .filter((bytes) => bytes.subarray(0, 4).equals(hash))
    .some((b) => verify(null, note.subarray(0, end + 1), publicKeyOf(raw), b.subarray(4)));
};

type Range = { key: string; from: number; to: number; start: number };

export type OracleKeySet = {
  log: string;
  version: number;
  root: string;
  fact: Range[];
  logKeys: Range[];
  time: string[];
  epochs: string[];
};

const limit = (text = ''): number => (text === '-' ? Number.POSITIVE_INFINITY : Number(text));

/** The key set in a text, by its form alone. */
export const readKeySet = (text: string): OracleKeySet | undefined => {
  const { log = '', version } = KEY_SET.exec(text)?.groups ?? {};
  if (version === undefined || !isSafe(text)) return undefined;
  const rows = text.split('\n').map((line) => line.split(' '));
  const of = (role: string): string[][] => rows.filter(([word]) => word === role);
  const ranges = (role: string): Range[] =>
    of(role).map(([, key = '', from, to, start]) => {
      return { key, from: Number(from), to: limit(to), start: limit(start) };
    });
  const [fact, logKeys] = [ranges('fact'), ranges('log')];
  const [root, time] = [of('root')[0]?.[1] ?? '', of('time').map(([, key = '']) => key)];
  const keys = [root, ...[...fact, ...logKeys].map(({ key }) => key), ...time];
  const holds =
    new Set(keys).size === keys.length &&
    [...fact, ...logKeys].every(({ from, to, start }) => from <= to && from <= start) &&
    [fact, logKeys].every((role) =>
      role.every(({ from }, at) => at === 0 || (role[at - 1]?.to ?? 0) <= from),
    ) &&
    of('epoch').every(([, epoch], at) => Number(epoch) === at + 2);
  const epochs = of('epoch').map((row) => row.join(' '));
  return holds ? { log, version: Number(version), root, fact, logKeys, time, epochs } : undefined;
};

/** Check 6: what the older set said stands, but for ends and voids that were open. */
const continues = (older: Range[], newer: Range[]): boolean =>
  older.every((range) => {
    const now = newer.find(({ key }) => key === range.key);
    const isEndKept = range.to === Number.POSITIVE_INFINITY || now?.to === range.to;
    return now !== undefined && now.from === range.from && isEndKept && now.start <= range.start;
  });

/** May follow the set that is trusted; undefined: version 0, under the first root. */
export const mayFollow = (
  note: Buffer,
  log: string,
  { root, trusted }: { root: Buffer; trusted: OracleKeySet | undefined },
): boolean => {
  const set = readKeySet(textOfNote(note) ?? '');
  if (set?.log !== log || set.version !== (trusted?.version ?? 0) + 1) return false;
  const own = Buffer.from(set.root, 'base64');
  if (![root, own].every((key) => isSignedBy(note, `${log}/root`, key))) return false;
  if (trusted === undefined) return true;
  const isKept = trusted.epochs.every((epoch, at) => set.epochs[at] === epoch);
  return isKept && continues(trusted.fact, set.fact) && continues(trusted.logKeys, set.logKeys);
};

type Beat = { epoch: number; fence: number; at: string; version: number; note: Buffer | undefined };
export type OracleHeartbeat = Beat & { log: string; counts: number[] };

/** The heartbeat in a text, by its form alone. */
export const readHeartbeat = (text: string): OracleHeartbeat | undefined => {
  const {
    log = '',
    at = '',
    note = '',
    heads = '',
    ...numbers
  } = HEARTBEAT.exec(text)?.groups ?? {};
  const ms = Date.parse(at);
  if (!isSafe(text) || Number.isNaN(ms) || new Date(ms).toISOString() !== at) return undefined;
  const encoded = note === '-' ? undefined : decodeBase64(note);
  if (note !== '-' && encoded === undefined) return undefined;
  const counts = heads
    .trimEnd()
    .split('\n')
    .map((line) => Number(line.split(' ')[0]));
  const [epoch, fence] = [Number(numbers['epoch']), Number(numbers['fence'])];
  return { log, at, epoch, fence, version: Number(numbers['version']), note: encoded, counts };
};

type Size = { size: number; root: string };

/** Size and root of a checkpoint's text of this origin. */
export const readCheckpoint = (text: string, origin: string): Size | undefined => {
  const { origin: own, size, root = '' } = CHECKPOINT.exec(text)?.groups ?? {};
  if (own !== origin || !Number.isSafeInteger(Number(size))) return undefined;
  return { size: Number(size), root };
};

export const newestEpochOf = ({ epochs }: OracleKeySet): number => epochs.length + 1;

/** The name of log keys in an epoch. */
export const originOf = (log: string, epoch: number): string =>
  epoch === 1 ? log : `${log}/${epoch}`;

/** Signed by a log key that counts at this size. */
export const countsAt = (size: number, note: Buffer, origin: string, set: OracleKeySet): boolean =>
  set.logKeys.some(({ key, from, to, start }) => {
    const isIn = from <= size && size < Math.min(to, start);
    return isIn && isSignedBy(note, origin, Buffer.from(key, 'base64'));
  });

const signedSize = (note: Buffer, origin: string, set: OracleKeySet): Size | undefined => {
  const found = readCheckpoint(textOfNote(note) ?? '', origin);
  return found !== undefined && countsAt(found.size, note, origin, set) ? found : undefined;
};

const hasGrown = (beat: OracleHeartbeat, last: OracleHeartbeat): boolean =>
  beat.fence >= last.fence &&
  beat.counts.every((count, shard) => count >= (last.counts[shard] ?? 0));

/** May be taken by a reader of this key set after that last heartbeat (checks 1 to 11). */
export const mayBeat = (
  note: Buffer,
  set: OracleKeySet,
  last: OracleHeartbeat | undefined,
): boolean => {
  const beat = readHeartbeat(textOfNote(note) ?? '');
  if (beat?.log !== set.log || beat.version < set.version) return false;
  const isTimely = set.time.some((key) =>
    isSignedBy(note, `${set.log}/time`, Buffer.from(key, 'base64')),
  );
  const epoch = newestEpochOf(set);
  if (!isTimely || (beat.version === set.version && beat.epoch !== epoch)) return false;
  const origin = originOf(set.log, beat.epoch);
  const size = beat.note && signedSize(beat.note, origin, set);
  if (beat.note !== undefined && size === undefined) return false;
  // Check 7: a new fence begins time anew.
  if (last !== undefined && beat.fence <= last.fence && beat.at <= last.at) return false;
  if (last?.epoch !== beat.epoch) return true;
  const before = last.note && readCheckpoint(textOfNote(last.note) ?? '', origin);
  if (!hasGrown(beat, last)) return false;
  if (before === undefined) return true;
  return size !== undefined && (size.size > before.size || isEqual(size, before));
};

const isEqual = (one: Size, other: Size): boolean =>
  one.size === other.size && one.root === other.root;
